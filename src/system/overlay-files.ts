import { basename, dirname, join, resolve } from 'node:path'
import type { NewAttributes } from './atomic-write.ts'
import type { Attributes, FileState, Files } from './files.ts'
import type { Lock } from './lock.ts'

/** What was written; absent for a removed name. */
type Entry = FileState & { readonly data?: Buffer; readonly target?: string }

/** After this many links, a path counts as circular, as in Linux (path_resolution(7)). */
const MOST_LINKS = 40

/** File changes in memory, on top of the disk: only visible when reading through this object. */
export class OverlayFiles implements Files {
  readonly #disk: Files
  /** By path, with all links of its folders resolved. */
  readonly #changes = new Map<string, Entry | undefined>()

  constructor(disk: Files) {
    this.#disk = disk
  }

  state(path: string): FileState | undefined {
    return this.#at(this.#place(path))
  }

  read(path: string): Buffer {
    const real = this.realPath(path)
    const entry = real === undefined ? undefined : this.#changes.get(real)
    if (entry?.data !== undefined) return entry.data
    // The disk reports the error itself.
    if (entry !== undefined || (real === undefined && this.#changes.has(this.#place(path))))
      throw failed('ENOENT', path)
    return this.#disk.read(real ?? path)
  }

  readLink(path: string): string {
    const place = this.#place(path)
    if (!this.#changes.has(place)) return this.#disk.readLink(place)
    const { target } = this.#changes.get(place) ?? {}
    if (target === undefined) throw failed('EINVAL', path)
    return target
  }

  realPath(path: string): string | undefined {
    return this.#changes.size === 0 ? this.#disk.realPath(path) : this.#resolve(path, MOST_LINKS)
  }

  list(folder: string): string[] {
    const real = this.realPath(folder)
    if (real === undefined) return []
    const names = new Set(this.#disk.list(real))
    for (const [path, entry] of this.#changes) {
      if (dirname(path) !== real || path === real) continue
      if (entry === undefined) names.delete(basename(path))
      else names.add(basename(path))
    }
    return [...names]
  }

  makeFolder(path: string, mode = 0o755): void {
    const real = this.realPath(path)
    if (real !== undefined && this.#at(real)?.kind === 'folder') return
    if (dirname(path) !== path) this.makeFolder(dirname(path), mode)
    this.#add(path, { kind: 'folder', ...own(mode) })
  }

  removeFolder(path: string): void {
    if (this.list(path).length > 0) throw failed('ENOTEMPTY', path)
    this.#changes.set(this.#place(path), undefined)
  }

  writeNew(path: string, data: string | Uint8Array, attributes: NewAttributes): void {
    this.#add(path, { kind: 'file', ...own(attributes.mode), ...attributes, data: Buffer.from(data) })
  }

  replace(path: string, data: string | Uint8Array, attributes: Attributes): void {
    this.remove(path)
    this.writeNew(path, data, attributes)
  }

  replaceUnsynced(path: string, data: string | Uint8Array, attributes: Attributes): void {
    this.replace(path, data, attributes)
  }

  append(path: string, data: string | Uint8Array): void {
    const place = this.realPath(path) ?? this.#place(path)
    const before = this.#at(place)
    const entry = before ?? { kind: 'file', ...own(0o600) }
    const content = before === undefined ? [] : [this.read(place)]
    this.#changes.set(place, { ...entry, data: Buffer.concat([...content, Buffer.from(data)]) })
  }

  link(path: string, name: string): void {
    this.#add(name, this.#whole(path))
  }

  symlink(target: string, path: string): void {
    this.#add(path, { kind: 'link', ...own(0o777), target })
  }

  rename(from: string, to: string): void {
    const entry = this.#whole(from)
    this.#changes.set(this.#place(from), undefined)
    this.#changes.set(this.#place(to), entry)
  }

  remove(path: string): void {
    const place = this.#place(path)
    if (this.#at(place) !== undefined) this.#changes.set(place, undefined)
  }

  setAttributes(path: string, { mode, uid, gid }: Attributes): void {
    this.#changes.set(this.#place(path), { ...this.#whole(path), mode, uid, gid })
  }

  syncFolder(): void {}

  lock(): Lock {
    return { release: () => undefined }
  }

  #at(place: string): Entry | undefined {
    return this.#changes.has(place) ? this.#changes.get(place) : this.#disk.state(place)
  }

  /** What is at a path, with its content. */
  #whole(path: string): Entry {
    const entry = this.state(path)
    if (entry === undefined) throw failed('ENOENT', path)
    if (entry.kind === 'link') return { ...entry, target: this.readLink(path) }
    return entry.kind === 'file' ? { ...entry, data: this.read(path) } : entry
  }

  #add(path: string, entry: Entry): void {
    const place = this.#place(path)
    if (this.#at(place) !== undefined) throw failed('EEXIST', path)
    if (this.realPath(dirname(place)) === undefined) throw failed('ENOENT', path)
    this.#changes.set(place, entry)
  }

  /** The path with the links of its folders resolved, but not its own. */
  #place(path: string): string {
    const folder = dirname(path)
    return this.#changes.size === 0 || folder === path ? path : join(this.realPath(folder) ?? folder, basename(path))
  }

  #resolve(path: string, left: number): string | undefined {
    const folder = dirname(path)
    if (folder === path) return path
    const above = this.#resolve(folder, left)
    if (above === undefined) return undefined
    const place = join(above, basename(path))
    const state = this.#at(place)
    if (state?.kind !== 'link') return state === undefined ? undefined : place
    return left === 0 ? undefined : this.#resolve(resolve(above, this.readLink(place)), left - 1)
  }
}

function own(mode: number) {
  return { mode, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, modified: Date.now() }
}

function failed(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${WORDS[code]}, '${path}'`), { code, path, syscall: 'dry run' })
}

const WORDS: Readonly<Record<string, string>> = {
  EEXIST: 'file already exists',
  EINVAL: 'invalid argument',
  ENOENT: 'no such file or directory',
  ENOTEMPTY: 'directory not empty',
}
