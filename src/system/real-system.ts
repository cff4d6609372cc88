import * as fs from 'node:fs'
import { hasCode } from '../base/failure.ts'
import { accountId } from './accounts.ts'
import { syncFolder, writeFileAtomically } from './atomic-write.ts'
import { realPath } from './read-files.ts'
import { runCommand } from './run.ts'
import type { Attributes, FileState, RunOptions, RunResult, System } from './system.ts'

/** The real server. */
export class RealSystem implements System {
  readonly dryRun: boolean = false
  readonly env: NodeJS.ProcessEnv
  readonly #root: string
  readonly #accounts = new Map<string, number>()

  /** @param root the folder used as `/`; its account files define the owners */
  constructor(root: string, env: NodeJS.ProcessEnv = process.env) {
    this.#root = root
    this.env = env
  }

  state(path: string): FileState | undefined {
    try {
      const stat = fs.lstatSync(path, { throwIfNoEntry: false })
      if (stat === undefined) return undefined
      const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : stat.isSymbolicLink() ? 'link' : 'other'
      return { kind, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid }
    } catch (error) {
      if (hasCode(error, 'ENOTDIR')) return undefined
      throw error
    }
  }

  read(path: string): Buffer {
    return fs.readFileSync(path)
  }

  readLink(path: string): string {
    return fs.readlinkSync(path)
  }

  realPath(path: string): string | undefined {
    return realPath(path)
  }

  userId(name: string): number {
    return this.#account('passwd', name)
  }

  groupId(name: string): number {
    return this.#account('group', name)
  }

  #account(kind: 'passwd' | 'group', name: string): number {
    const known = this.#accounts.get(`${kind}:${name}`)
    if (known !== undefined) return known
    const id = accountId(kind, name, this.#root)
    this.#accounts.set(`${kind}:${name}`, id)
    return id
  }

  makeFolder(path: string, mode = 0o755): void {
    // With its parents, Node would say of a read-only disk that something does not exist.
    fs.mkdirSync(path, { mode })
  }

  removeFolder(path: string): void {
    fs.rmdirSync(path)
  }

  writeNew(path: string, data: string | Uint8Array, attributes: Attributes): void {
    const descriptor = fs.openSync(path, 'wx', 0o600)
    try {
      fs.writeFileSync(descriptor, data)
      this.#own(descriptor, attributes)
      fs.fchmodSync(descriptor, attributes.mode)
      fs.fsyncSync(descriptor)
    } catch (error) {
      // Node does not name the file of a descriptor, but the message must say which disk is full.
      throw error instanceof Error ? Object.assign(error, { path }) : error
    } finally {
      fs.closeSync(descriptor)
    }
  }

  replace(path: string, data: string | Uint8Array, { mode, uid, gid }: Attributes): void {
    writeFileAtomically(path, data, mayGiveAway() ? { mode, uid, gid } : { mode })
  }

  link(path: string, name: string): void {
    try {
      fs.linkSync(path, name)
    } catch (error) {
      if (!hasCode(error, 'EPERM') && !hasCode(error, 'ENOTSUP') && !hasCode(error, 'EMLINK')) throw error
      this.#copy(path, name)
    }
  }

  /** With owner and mode, and synced: after a power cut it may be all that is left of the file. */
  #copy(path: string, name: string): void {
    const state = this.state(path)
    if (state?.kind === 'link') fs.symlinkSync(fs.readlinkSync(path), name)
    else if (state !== undefined) this.writeNew(name, this.read(path), state)
  }

  symlink(target: string, path: string): void {
    fs.symlinkSync(target, path)
  }

  rename(from: string, to: string): void {
    fs.renameSync(from, to)
  }

  remove(path: string): void {
    try {
      fs.rmSync(path, { force: true })
    } catch (error) {
      // A file is where its folder should be, so it does not exist either.
      if (!hasCode(error, 'ENOTDIR')) throw error
    }
  }

  setAttributes(path: string, attributes: Attributes): void {
    const descriptor = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW)
    try {
      this.#own(descriptor, attributes)
      fs.fchmodSync(descriptor, attributes.mode)
    } finally {
      fs.closeSync(descriptor)
    }
  }

  #own(descriptor: number, { uid, gid }: Attributes): void {
    if (mayGiveAway()) fs.fchownSync(descriptor, uid, gid)
  }

  syncFolder(path: string): void {
    syncFolder(path)
  }

  run(command: readonly string[], options: RunOptions): Promise<RunResult> {
    return runCommand(command, { env: this.env, ...options })
  }
}

/** Only root can. In an ordinary user's sandbox everything belongs to that user. */
function mayGiveAway(): boolean {
  return process.geteuid?.() === 0
}
