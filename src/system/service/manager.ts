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

/** One supervisor of services. */
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
  /** Whether the service runs; undefined if the manager cannot tell. */
  readonly isUp: (run: Run, unit: Unit) => Promise<boolean | undefined>
}

/** A result without a command. */
export function resultOf(problem: string | undefined): RunResult {
  return { status: problem === undefined ? 0 : undefined, output: '', stdout: '', problem, missing: false }
}
