import { dirname } from 'node:path'
import { refusal } from '../base/failure.ts'
import { below, type Places } from '../system/places.ts'
import type { Attributes, FileState, System } from '../system/system.ts'

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
  missingFolders(real: string, folders: Set<string>): void {
    const folder = dirname(real)
    if (folders.has(folder) || this.#system.state(folder) !== undefined) return
    this.missingFolders(folder, folders)
    folders.add(folder)
  }
}

/** Only root can change owners, so they are ignored for anybody else. */
export function sameAttributes(state: FileState, wanted: Attributes): boolean {
  const owners = process.geteuid?.() !== 0 || (state.uid === wanted.uid && state.gid === wanted.gid)
  return state.mode === wanted.mode && owners
}
