import { join } from 'node:path'
import { compareBytes } from '../../base/byte-order.ts'
import { mapOf, moment } from '../../base/shape.ts'
import { DAY } from '../../base/time.ts'
import { nameOfTemporary, type Output, replacePrivateFile } from '../../system/atomic-write.ts'
import { below, type Places } from '../../system/places.ts'
import { indented, inOrder, StateFile } from '../../system/state-file.ts'
import type { Contents } from './contents.ts'
import type { Settings } from './settings.ts'
import { backupState } from './state.ts'

/** Writes an archive. @returns what is in it */
export type Write = (output: Output) => Promise<Contents>

/** An archive in the folder. */
export interface ArchiveFile {
  readonly file: string
  /** ISO 8601 in UTC. */
  readonly written: string
  /** When it was opened and compared last; null: never. */
  readonly verified: string | null
}

/** The archives that were written to the folder of the settings. */
export class Archives {
  /** On the server. */
  readonly folder: string
  readonly #places: Places

  constructor(settings: Settings, places: Places) {
    this.folder = settings.get('Folder') ?? ''
    this.#places = places
  }

  /** Their names, the oldest first. */
  names(): string[] {
    return this.#places.files
      .list(this.#real())
      .filter(name => /^[^.].*\.tar\.age$/.test(name))
      .sort((a, b) => this.written(a) - this.written(b) || compareBytes(a, b))
  }

  /** When one was written, in milliseconds since 1970. */
  written(name: string): number {
    return this.#places.files.state(join(this.#real(), name))?.modified ?? 0
  }

  /** What is known of each, the newest first. */
  list(): ArchiveFile[] {
    const verified = VERIFIED.read(this.#places) ?? new Map<string, string>()
    return this.names()
      .toReversed()
      .map(name => ({
        file: join(this.folder, name),
        written: new Date(this.written(name)).toISOString(),
        verified: verified.get(name) ?? null,
      }))
  }

  /** Notes that one was opened and compared, and forgets those that are gone. */
  noteVerified(name: string, time: Date): void {
    const known = new Map([...(VERIFIED.read(this.#places) ?? []), [name, time.toISOString()]])
    const names = new Set(this.names())
    VERIFIED.write(this.#places, new Map([...known].filter(([one]) => names.has(one))))
  }

  /** The bytes of one. */
  read(name: string): { readonly file: string; readonly bytes: Uint8Array } {
    return { file: join(this.folder, name), bytes: this.#places.files.read(join(this.#real(), name)) }
  }

  /**
   * Writes one, readable by root only. It is there as a whole, or not at all. What was left of one that was killed goes: it is as
   * large as an archive. The caller holds the event lock.
   * @returns its path on the server, its size, and what is in it
   */
  async write(name: string, write: Write) {
    const { files } = this.#places
    files.makeFolder(this.#real(), 0o700)
    for (const left of files.list(this.#real()))
      if (isLike(name, nameOfTemporary(left) ?? '')) files.remove(join(this.#real(), left))
    return { file: join(this.folder, name), ...(await replacePrivateFile(join(this.#real(), name), write)) }
  }

  /**
   * Removes those older than these days, but never the newest, nor one with another name: it may be that of another server, or
   * somebody's own.
   * @param name of one that this server has written
   * @returns their names
   */
  removeOld(days: number, now: number, name: string): string[] {
    const old = this.names()
      .filter(one => isLike(name, one))
      .slice(0, -1)
      .filter(one => now - this.written(one) > days * DAY)
    for (const one of old) this.#places.files.remove(join(this.#real(), one))
    return old
  }

  #real(): string {
    return below(this.#places, this.folder)
  }
}

/** `gate-2026-11-29T153000Z.tar.age` */
export function archiveName(host: string, now: Date): string {
  const safe = host.replace(/[^A-Za-z0-9.-]/g, '_') || 'server'
  return `${safe}-${now.toISOString().slice(0, 19).replaceAll(':', '')}Z.tar.age`
}

/** Whether two names differ only in the time. */
function isLike(name: string, other: string): boolean {
  const time = /-\d{4}-\d\d-\d\dT\d{6}Z\.tar\.age$/
  return time.test(other) && other.replace(time, '') === name.replace(time, '')
}

/** When archives of the folder were opened and compared, by their names. */
export const VERIFIED = new StateFile<ReadonlyMap<string, string>>(
  'verified.json',
  {
    what: 'the note of verified backups',
    shape: mapOf(moment),
    wayOut: 'Remove it, and verify one again: gabarit backup verify',
    format: times => indented(inOrder(times)),
  },
  backupState,
)
