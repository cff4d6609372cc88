import { dirname, join } from 'node:path'
import { Failure, hasCode, orFailure } from '../base/failure.ts'
import type { Override } from '../override/state.ts'
import type { Places } from '../system/places.ts'
import { statOf } from '../system/read-files.ts'
import type { System } from '../system/system.ts'
import { compileSource } from '../template/fragment.ts'

/** Where a merge of this override waits. */
export function mergePath(places: Places, id: string): string {
  return join(places.site, 'merge', id)
}

/**
 * A merge that a person has to look at waits below `/etc/gabarit/merge/`, under the override's own name, outside of everything
 * that is expanded or run.
 */
export class MergeFile {
  /** Its real path. */
  readonly path: string
  readonly places: Places
  readonly system: System
  readonly override: Override

  constructor(places: Places, system: System, override: Override) {
    this.path = mergePath(places, override.id)
    this.places = places
    this.system = system
    this.override = override
  }

  /** The text that waits; undefined if none does. */
  read(): Buffer | undefined {
    return this.system.state(this.path) === undefined ? undefined : this.system.read(this.path)
  }

  /** Writes it with the owner and mode of the custom file, but without execute permission. */
  write(text: Buffer): void {
    const { mode = 0o644, uid = 0, gid = 0 } = statOf(this.override.file) ?? {}
    this.system.makeFolder(dirname(this.path))
    this.system.replace(this.path, text, { mode: mode & 0o666, uid, gid })
  }

  /** Removes it and the folders that become empty. */
  remove(): void {
    this.system.remove(this.path)
    const top = mergePath(this.places, '')
    for (let folder = dirname(this.path); folder.startsWith(top); folder = dirname(folder))
      if (!this.#removeFolder(folder)) return
  }

  #removeFolder(folder: string): boolean {
    try {
      this.system.removeFolder(folder)
      return true
    } catch (error) {
      if (['ENOTEMPTY', 'ENOENT', 'EEXIST'].some(code => hasCode(error, code))) return false
      throw error
    }
  }

  /** Why a text cannot be put in force, if it cannot: two texts that fit line by line need not make a program. */
  problemOf(text: Buffer): string | undefined {
    if (this.override.kind !== 'template') return undefined
    const compiled = orFailure(() => compileSource(this.path, text))
    return compiled instanceof Failure ? compiled.describe() : undefined
  }
}
