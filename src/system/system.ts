import type { Files } from './files.ts'

export type { Attributes, FileState } from './files.ts'

/** How a command ended. */
export interface RunResult {
  /** Exit status; undefined when it was killed, did not start, or ran out of time. */
  readonly status: number | undefined
  /** All that it said, in the order in which it came. */
  readonly output: string
  /** What it said on standard output alone: the only place where data can be told from complaints. */
  readonly stdout: string
  /** Why there is no exit status, in words. */
  readonly problem: string | undefined
  /** The program is not installed. */
  readonly missing: boolean
}

export interface RunOptions {
  /** Absent: that of the system. */
  readonly env?: NodeJS.ProcessEnv
  /** Folder in which the command runs; absent: the caller's. */
  readonly cwd?: string
  /** Standard input; absent: none. */
  readonly input?: string | Uint8Array
  /** Milliseconds until the command is killed. */
  readonly timeout: number
  /** Called with each line as it comes. */
  readonly onLine?: (line: string) => void
}

/**
 * The one port to the world of target files and commands. Plan, commit and event run the same code on every implementation, so
 * that a dry run cannot differ from the real one.
 */
export interface System extends Files {
  /** Nothing is changed, and no command is run that could change something. */
  readonly dryRun: boolean
  /** What gabarit was started with; commands inherit it. */
  readonly env: NodeJS.ProcessEnv

  userId(name: string): number
  groupId(name: string): number

  run(command: readonly string[], options: RunOptions): Promise<RunResult>
}
