import { dirname } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { refusal } from '../base/failure.ts'
import { below, type Places } from '../system/places.ts'
import type { Attributes, FileState, System } from '../system/system.ts'
import type { NewFolder } from './plan.ts'

/** The folders that a plan creates, by their real paths. */
export type NewFolders = Map<string, NewFolder>

/** Root's, and open for all to look into. */
const USUAL = { mode: 0o755, uid: 0, gid: 0 }

/** Finds the real paths of target files. */
export class Target {
  readonly #places: Places
  readonly #system: System
  readonly #realRoot: string

  constructor(places: Places, system: System) {
    this.#places = places
    this.#system = system
    this.#realRoot = system.realPath(places.root) ?? places.root
  }

  /**
   * The real path of a path on the server.
   * @throws Failure (refused) if a folder on the way is a link out of the root
   */
  real(path: string): string {
    const real = below(this.#places, path)
    for (let folder = dirname(real); folder.length > this.#places.root.length; folder = dirname(folder)) {
      const resolved = this.#system.realPath(folder)
      if (resolved === undefined) continue
      if (this.#realRoot !== '/' && resolved !== this.#realRoot && !resolved.startsWith(`${this.#realRoot}/`))
        throw refusal(`its folder is a link to ${resolved}, outside ${this.#realRoot}`, { where: path })
      break
    }
    return real
  }

  /** Records the folders that must be created for a real path, outermost first. */
  missingFolders(real: string, folders: NewFolders): void {
    const folder = dirname(real)
    if (folders.has(folder) || this.#system.state(folder) !== undefined) return
    this.missingFolders(folder, folders)
    this.#add(folder, USUAL, false, folders)
  }

  /**
   * Notes a folder that must exist, and its missing parents. An existing one is left as it is, also if it is a link.
   * @param attributes those of a new one
   * @throws Failure (refused) when a file is in its place
   */
  wantedFolder(path: string, attributes: Partial<Attributes>, folders: NewFolders): void {
    const real = this.real(path)
    const kind = this.#system.state(real)?.kind
    if (kind === 'file' || kind === 'other')
      throw refusal('is not a folder, and a template needs one here', { where: path })
    if (kind !== undefined) return
    this.missingFolders(real, folders)
    this.#add(real, { ...USUAL, ...attributes }, true, folders)
  }

  #add(real: string, attributes: Attributes, named: boolean, folders: NewFolders): void {
    const { root } = this.#places
    folders.set(real, { path: root === '/' ? real : real.slice(root.length), real, attributes, named })
  }
}

/** Each once, outermost first. */
export function inOrder(folders: readonly NewFolder[]): NewFolder[] {
  const each = new Map(folders.map(folder => [folder.real, folder]))
  return [...each.values()].sort((a, b) => compareBytes(a.real, b.real))
}

/** Only root can change owners, so they are ignored for anybody else. */
export function sameAttributes(state: FileState, wanted: Attributes): boolean {
  const owners = process.geteuid?.() !== 0 || (state.uid === wanted.uid && state.gid === wanted.gid)
  return state.mode === wanted.mode && owners
}
