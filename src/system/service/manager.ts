import type { RunResult } from '../system.ts'
import type { ServiceAction } from './actions.ts'

/** A service as its manager knows it. */
export interface Unit {
  /** Name for the manager: `apache2`. */
  readonly name: string
  /** Signal that makes it reload its configuration: `HUP`, `USR1`. */
  readonly reloadSignal: string
  /** Name of its Docker container, the Compose file of that, and the command inside it that reloads the service. */
  readonly container?: string
  readonly composeFile?: string
  readonly reloadCommand?: readonly string[]
}

/** Runs one command of a service manager, with the time limit of adjustments. */
export type Run = (command: readonly string[]) => Promise<RunResult>

/** What adjusts services. */
export interface ServiceManager {
  readonly name: string
  /** Adjusts nothing, only says what would be done. */
  readonly idle?: boolean
  /** It sets up a state and has no process: if it fails, nothing is in effect. */
  readonly oneShot?: boolean
  /** The command for an action, for people. */
  readonly describe: (unit: Unit, action: ServiceAction) => string
  /** Carries an action out. For an unknown unit, the result has a problem. */
  readonly adjust: (run: Run, unit: Unit, action: ServiceAction) => Promise<RunResult>
  /** Whether there is nothing to stop: then a stop is neither run nor reported. @param wasOn whether it was on before this event */
  readonly isNothing?: (run: Run, wasOn: () => boolean) => Promise<boolean>
  /** Whether it has no such service, which can neither be started nor be running. */
  readonly isUnknown?: (run: Run, unit: Unit) => Promise<boolean>
  /** Whether the service runs; undefined if the manager cannot tell. */
  readonly isUp: (run: Run, unit: Unit) => Promise<boolean | undefined>
  /** Since when a service runs that is up, in milliseconds since 1970; undefined if the manager cannot tell. */
  readonly since?: (run: Run, unit: Unit) => Promise<number | undefined>
  /** The ends of the service after a moment that nobody asked for; it is started again after each. */
  readonly crashes?: (run: Run, unit: Unit, since: number) => Promise<readonly Crash[]>
  /** What it says of a service that does not run or fails, with the last lines of its log, and what to do. */
  readonly why?: (run: Run, unit: Unit) => Promise<Reason | undefined>
}

/** One end of a service that nobody asked for. */
export interface Crash {
  /** Milliseconds since 1970. */
  readonly at: number
  /** `exitcode 1`, `signal SIGSEGV`. */
  readonly how: string
}

/** Why a service does not run. */
export interface Reason {
  readonly words: string
  readonly wayOut: string
}

/** A supervisor with only these commands. What to do for each action, {@link supervised} decides. */
export interface Supervisor {
  readonly name: string
  /** What it calls a service: `container`. */
  readonly kind: string
  readonly nameOf: (unit: Unit) => string
  readonly start: (unit: Unit) => string[]
  readonly stop: (unit: Unit) => string[]
  readonly restart: (unit: Unit) => string[]
  readonly reload: (unit: Unit) => string[] | undefined
  /** @param signal `USR1`; undefined is returned for one that it cannot send */
  readonly signal: (unit: Unit, signal: string) => string[] | undefined
  /** Whether start or stop is run although the service is in that state already. */
  readonly repeats: (unit: Unit, action: 'start' | 'stop') => boolean
  /** Whether it is up or coming up; `unknown` if there is no such service; if nobody answers, the result that says so. */
  readonly look: (run: Run, unit: Unit) => Promise<boolean | 'unknown' | RunResult>
  readonly isUp: ServiceManager['isUp']
  readonly since: NonNullable<ServiceManager['since']>
}

/** The manager for a supervisor. What must run is started; a stopped service is not started just to be reloaded. */
export function supervised(supervisor: Supervisor): ServiceManager {
  const { name, kind, nameOf, isUp, since } = supervisor
  const commandOf = (unit: Unit, action: ServiceAction) => {
    if (action.startsWith('signal:')) return supervisor.signal(unit, action.slice('signal:'.length))
    if (action === 'start' || action === 'stop') return supervisor[action](unit)
    if (action === 'restart' || action === 'try-restart') return supervisor.restart(unit)
    return action.startsWith('reload') ? supervisor.reload(unit) : undefined
  }
  return {
    ...{ name, isUp, since },
    isUnknown: async (run, unit) => (await supervisor.look(run, unit)) === 'unknown',
    describe: (unit, action) => commandOf(unit, action)?.join(' ') ?? `nothing for ${action} of ${nameOf(unit)}`,
    async adjust(run, unit, action) {
      const wanted = commandOf(unit, action)
      if (wanted === undefined) return resultOf(`${name} cannot ${action} a ${kind} while it runs`)
      const up = await supervisor.look(run, unit)
      if (typeof up === 'object') return up
      if (up === 'unknown') return resultOf(`${name} does not know ${nameOf(unit)}`)
      if (action === 'start' || action === 'stop')
        return up === (action === 'start') && !supervisor.repeats(unit, action) ? resultOf(undefined) : run(wanted)
      if (up) return run(wanted)
      if (action === 'try-restart' || action === 'reload-or-try-restart') return resultOf(undefined)
      // A signal would kill a process that has just started and does not handle signals yet.
      if (action === 'reload' || action.startsWith('signal:')) return resultOf(`${nameOf(unit)} is not running`)
      return run(supervisor.start(unit))
    },
  }
}

/** A result without a command. */
export function resultOf(problem: string | undefined): RunResult {
  return { status: problem === undefined ? 0 : undefined, output: '', stdout: '', problem, missing: false }
}

/** What a manager does that adjusts nothing and cannot tell what runs. */
export const IDLE = {
  idle: true,
  adjust: () => Promise.resolve(resultOf(undefined)),
  isUp: () => Promise.resolve(undefined),
} as const
