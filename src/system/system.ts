/** What stands at a path, links not followed. */
export interface FileState {
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** Permissions and owner of a file from its birth on. */
export interface Attributes {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

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
 * The one port to the world of target files and commands. Plan, apply and event run the same code on every
 * implementation, so that a dry run cannot differ from the real one. Paths are real paths (the root already in front).
 */
export interface System {
  /** Nothing is changed and no command is run. */
  readonly dryRun: boolean
  /** What gabarit was started with; commands inherit it. */
  readonly env: NodeJS.ProcessEnv

  state(path: string): FileState | undefined
  read(path: string): Buffer
  readLink(path: string): string
  /** The path with all links of its folders resolved; undefined when it does not exist. */
  realPath(path: string): string | undefined
  userId(name: string): number
  groupId(name: string): number

  /** Makes a folder, and those above it; one that exists is fine. @param mode absent: 0755 */
  makeFolder(path: string, mode?: number): void
  /** Removes an empty folder. */
  removeFolder(path: string): void
  /** Writes a new file and syncs it; fails when the path exists. */
  writeNew(path: string, data: string | Uint8Array, attributes: Attributes): void
  /** Replaces a file, or makes it, as a whole: whoever reads it sees the old content or the new. */
  replace(path: string, data: string | Uint8Array, attributes: Attributes): void
  /** A second name for a file (a copy where the file system has no hard links). */
  link(path: string, name: string): void
  symlink(target: string, path: string): void
  rename(from: string, to: string): void
  /** Removes a file or link; a missing one is fine. */
  remove(path: string): void
  setAttributes(path: string, attributes: Attributes): void
  /** Makes the names in a folder durable. */
  syncFolder(path: string): void

  run(command: readonly string[], options: RunOptions): Promise<RunResult>
}
