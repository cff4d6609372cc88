import type { Files } from './files.ts'

export type { Attributes, FileState } from './files.ts'

/** How a command ended. */
export interface RunResult {
  /** Exit status; undefined if it was killed, did not start, or timed out. */
  readonly status: number | undefined
  /** All of its output, in the order it came. */
  readonly output: string
  /** Its standard output only, to separate data from complaints. */
  readonly stdout: string
  /** Why there is no exit status, in words. */
  readonly problem: string | undefined
  /** The program is not installed. */
  readonly missing: boolean
}

export interface RunOptions {
  /** Default: that of the system. */
  readonly env?: NodeJS.ProcessEnv
  /** Folder in which the command runs; default: the caller's. */
  readonly cwd?: string
  /** Standard input; default: none. */
  readonly input?: string | Uint8Array | readonly Uint8Array[]
  /** An open file that its standard output goes to; default: it is kept, for the result. */
  readonly output?: number
  /** How its output becomes a string; default: utf8. `latin1` keeps every byte. */
  readonly encoding?: 'latin1'
  /** Milliseconds until the command is killed. */
  readonly timeout: number
  /** Bytes after which the command is killed; default: any number. */
  readonly mostOutput?: number
  /** Called with each line as it comes. */
  readonly onLine?: (line: string) => void
}

/** How data is piped through a program. */
export interface PipeOptions extends Pick<RunOptions, 'env' | 'timeout'> {
  /** Makes the data, while the program may already start. */
  readonly input: () => Promise<readonly Uint8Array[]>
  /** An open file. */
  readonly output: number
}

/**
 * The one port to the server: its files, its users, its commands. Plan, commit and events run the same code on every
 * implementation, so that a dry run does what the real run does.
 */
export interface System extends Files {
  /** Nothing is changed, and no command is run that could change something. */
  readonly dryRun: boolean
  /** The environment of gabarit, which commands inherit. */
  readonly env: NodeJS.ProcessEnv

  userId(name: string): number
  groupId(name: string): number

  run(command: readonly string[], options: RunOptions): Promise<RunResult>
  /** As {@link run}, for a command that changes nothing: a dry run asks it too. */
  ask(command: readonly string[], options: RunOptions): Promise<RunResult>
  /** As {@link ask}, for a program that reads data and writes into an open file. @throws what the making of the data throws */
  pipeInto(command: readonly string[], options: PipeOptions): Promise<RunResult>
  /**
   * Starts a program in its own session, without a terminal, so that it outlives the shell, the connection and this process.
   * @param log its output is appended to this file
   * @throws Failure (refused) if it cannot be started
   */
  startDetached(command: readonly string[], env: NodeJS.ProcessEnv, log: string): void
}
