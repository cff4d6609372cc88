import { dirname } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { orUndefined, refusal } from '../base/failure.ts'
import { below, type Places } from '../system/places.ts'
import type { Attributes, FileState, System } from '../system/system.ts'
import type { NewFolder } from './plan.ts'

/** Root's, and open for all to look into. */
const USUAL = { mode: 0o755, uid: 0, gid: 0 }

/** The target files of one plan, and the folders that it creates for them. */
export class Target {
  readonly #places: Places
  readonly #system: System
  readonly #realRoot: string
  /** By their real paths. */
  readonly #folders: Map<string, NewFolder>
  /** Real places of folders that were found to be inside the root: thousands of files may share one. */
  readonly #inside = new Map<string, string>()

  /** @param folders that it creates anyway */
  constructor(places: Places, system: System, folders: readonly NewFolder[] = []) {
    this.#places = places
    this.#system = system
    this.#realRoot = system.realPath(places.root) ?? places.root
    this.#folders = new Map(folders.map(folder => [folder.real, folder]))
  }

  /** The folders to create, outermost first. */
  get folders(): NewFolder[] {
    return outermostFirst([...this.#folders.values()])
  }

  /**
   * What is at a path on the server: its state, the content of a file or the target of a link.
   * @param known the stamp of a file that need not be read
   * @throws Failure (refused) if a folder on the way is a link out of the root
   */
  look(path: string, known?: string) {
    const real = this.#real(path)
    const state = this.#system.state(real)
    const untouched = state?.stamp !== undefined && state.stamp === known
    const before = state?.kind === 'file' && !untouched ? this.#system.read(real) : undefined
    const link = state?.kind === 'link' ? this.#system.readLink(real) : undefined
    return { real, state, untouched, before, link }
  }

  /** Whether there is a link with this text. */
  isLinkTo(path: string, target: string): boolean {
    const real = this.#real(path)
    return orUndefined(() => this.#system.readLink(real)) === target
  }

  #real(path: string): string {
    const name = path.lastIndexOf('/')
    const known = this.#inside.get(path.slice(0, name))
    if (known !== undefined) return known + path.slice(name)
    const real = below(this.#places, path)
    for (let folder = dirname(real); folder.length > this.#places.root.length; folder = dirname(folder)) {
      const resolved = this.#system.realPath(folder)
      if (resolved === undefined) continue
      if (this.#realRoot !== '/' && resolved !== this.#realRoot && !resolved.startsWith(`${this.#realRoot}/`))
        throw refusal(`its folder is a link to ${resolved}, outside ${this.#realRoot}`, { where: path })
      break
    }
    if (real.endsWith(path.slice(name))) this.#inside.set(path.slice(0, name), dirname(real))
    return real
  }

  /**
   * Notes the folders that must be created for a real path.
   * @throws Failure (refused) if a link to nothing is in the place of one
   */
  missingFolders(real: string): void {
    const folder = dirname(real)
    if (this.#folders.has(folder)) return
    const kind = this.#system.state(folder)?.kind
    if (kind === 'link' && this.#system.realPath(folder) === undefined) {
      const options = { where: this.#shown(folder), hint: 'Create that folder, or remove the link.' }
      throw refusal(`is a link to ${this.#system.readLink(folder)}, which does not exist`, options)
    }
    if (kind !== undefined) return
    this.missingFolders(folder)
    this.#add(folder, USUAL, false)
  }

  /**
   * Notes a folder that must exist, and its missing parents. An existing one is left as it is, also if it is a link.
   * @param attributes those of a new one
   * @throws Failure (refused) when a file is in its place
   */
  wantedFolder(path: string, attributes: Partial<Attributes>): void {
    const real = this.#real(path)
    const kind = this.#system.state(real)?.kind
    if (kind === 'file' || kind === 'other')
      throw refusal('is not a folder, and a template needs one here', { where: path })
    if (kind !== undefined) return
    this.missingFolders(real)
    this.#add(real, { ...USUAL, ...attributes }, true)
  }

  #add(real: string, attributes: Attributes, named: boolean): void {
    this.#folders.set(real, { path: this.#shown(real), real, attributes, named })
  }

  #shown(real: string): string {
    const { root } = this.#places
    return root === '/' ? real : real.slice(root.length)
  }
}

/** Whether a file has these. Only root can change owners, so they are ignored for anybody else. */
export function sameAttributes(state: FileState, { mode, uid, gid }: Partial<Attributes>): boolean {
  const isOwned = (uid === undefined || uid === state.uid) && (gid === undefined || gid === state.gid)
  return (mode === undefined || mode === state.mode) && (isOwned || process.geteuid?.() !== 0)
}

/** Folders in the order in which they can be made; of several at one place, the first. */
export function outermostFirst(folders: readonly NewFolder[]): NewFolder[] {
  const first = new Map(folders.toReversed().map(folder => [folder.real, folder]))
  return [...first.values()].sort((a, b) => compareBytes(a.real, b.real))
}
