/** What is at a path, not following links. */
export interface FileState {
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** Permissions and owner that a file has from its creation. */
export interface Attributes {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

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
  readonly input?: string | Uint8Array
  /** Milliseconds until the command is killed. */
  readonly timeout: number
  /** Called with each line as it comes. */
  readonly onLine?: (line: string) => void
}

/**
 * The one port to target files and commands of the server. Plan, commit and events run the same code on every implementation,
 * so that a dry run does what the real run does. Paths are real paths (the root already in front).
 */
export interface System {
  /** Nothing is changed and no command is run. */
  readonly dryRun: boolean
  /** The environment of gabarit, which commands inherit. */
  readonly env: NodeJS.ProcessEnv

  state(path: string): FileState | undefined
  read(path: string): Buffer
  readLink(path: string): string
  /** The path with all links in its folders resolved; undefined if it does not exist. */
  realPath(path: string): string | undefined
  userId(name: string): number
  groupId(name: string): number

  /** Creates a folder in one that exists. @param mode default: 0755 */
  makeFolder(path: string, mode?: number): void
  /** Removes an empty folder. */
  removeFolder(path: string): void
  /** Writes a new file and syncs it; fails if the path exists. */
  writeNew(path: string, data: string | Uint8Array, attributes: Attributes): void
  /** Creates or replaces a file atomically: a reader sees the old content or the new. */
  replace(path: string, data: string | Uint8Array, attributes: Attributes): void
  /** Creates a second name for a file (a copy if the file system has no hard links). */
  link(path: string, name: string): void
  symlink(target: string, path: string): void
  rename(from: string, to: string): void
  /** Removes a file or link; does nothing if it is missing. */
  remove(path: string): void
  setAttributes(path: string, attributes: Attributes): void
  /** Makes the names in a folder durable. */
  syncFolder(path: string): void

  run(command: readonly string[], options: RunOptions): Promise<RunResult>
}
