import type { RunResult } from '../system.ts'
import type { ServiceAction } from './actions.ts'

/** A service as its manager knows it. */
export interface Unit {
  /** Name for the manager: `apache2`. */
  readonly name: string
  /** Signal that makes it read its configuration again: `HUP`, `USR1`. */
  readonly reloadSignal: string
  /** Name of the Docker container it runs in, the file that Compose makes it from, and what reloads it inside. */
  readonly container?: string
  readonly composeFile?: string
  readonly reloadCommand?: readonly string[]
}

/** Runs one command of a service manager, with the time limit of adjustments. */
export type Run = (command: readonly string[]) => Promise<RunResult>

/** One supervisor of services. */
export interface ServiceManager {
  readonly name: string
  /** Adjusts nothing: it only says what would be done. */
  readonly idle?: boolean
  /** It brings a state about and keeps no process: when it fails, nothing is in force. */
  readonly oneShot?: boolean
  /** The command that an action comes down to, for people. */
  readonly describe: (unit: Unit, action: ServiceAction) => string
  /** Carries an action out. A unit that the manager does not know is a result with a problem. */
  readonly adjust: (run: Run, unit: Unit, action: ServiceAction) => Promise<RunResult>
  /** Whether the service runs; undefined when the manager cannot tell. */
  readonly isUp: (run: Run, unit: Unit) => Promise<boolean | undefined>
}

/** A result that no command gave. */
export function resultOf(problem: string | undefined): RunResult {
  return { status: problem === undefined ? 0 : undefined, output: '', stdout: '', problem, missing: false }
}
