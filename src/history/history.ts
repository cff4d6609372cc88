import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../system/atomic-write.ts'
import { Failure, messageOf } from '../system/failure.ts'
import type { Places } from '../system/places.ts'
import type { FileRecord, HistoryEntry } from './entry.ts'
import { Objects } from './objects.ts'

/** The entries of the past, newest last. Writers hold the event lock. */
export class History {
  readonly objects: Objects
  readonly #folder: string

  constructor(places: Places) {
    this.#folder = join(places.state, 'history')
    this.objects = new Objects(places)
  }

  /** Numbers of all entries, oldest first. */
  ids(): number[] {
    if (!existsSync(this.#folder)) return []
    return readdirSync(this.#folder)
      .filter(name => /^\d+\.json$/.test(name))
      .map(name => Number.parseInt(name, 10))
      .sort((a, b) => a - b)
  }

  /** Adds an entry under the next number. */
  add(entry: Omit<HistoryEntry, 'id'>): HistoryEntry {
    const id = (this.ids().at(-1) ?? 0) + 1
    const numbered = { id, ...entry }
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    writeFileAtomically(this.#file(id), `${JSON.stringify(numbered, null, 1)}\n`, { mode: 0o600 })
    return numbered
  }

  /** @throws Failure when there is no such entry, or it is damaged */
  entry(id: number): HistoryEntry {
    const file = this.#file(id)
    if (!existsSync(file))
      throw new Failure(`the history has no entry ${id}`, { hint: `Entries: ${this.ids().join(' ') || 'none'}` })
    try {
      return JSON.parse(readFileSync(file, 'utf8'))
    } catch (error) {
      throw new Failure(`this entry of the history is damaged: ${messageOf(error)}`, { where: file })
    }
  }

  /** The newest entry whose changes stand; undefined before the first. */
  lastApplied(): HistoryEntry | undefined {
    for (const id of this.ids().reverse()) {
      const entry = this.entry(id)
      if (entry.outcome !== 'refused' && entry.outcome !== 'rolled back') return entry
    }
    return undefined
  }

  /** The files of an entry with their contents' hashes. */
  files(entry: HistoryEntry): FileRecord[] {
    return entry.files === null ? [] : JSON.parse(this.objects.get(entry.files).toString('utf8'))
  }

  /** Removes the entries that `keep` refuses, and the contents that nobody needs any more. @returns how many of each */
  prune(keep: (entry: HistoryEntry) => boolean): { entries: number; contents: number } {
    const entries = this.ids().map(id => this.entry(id))
    const gone = entries.filter(entry => !keep(entry))
    for (const { id } of gone) rmSync(this.#file(id))
    const used = new Set(entries.filter(entry => !gone.includes(entry)).flatMap(entry => this.#hashes(entry)))
    return { entries: gone.length, contents: this.objects.prune(used) }
  }

  #hashes(entry: HistoryEntry): string[] {
    const versions = this.files(entry).flatMap(({ before, after }) => [before, after])
    const contents = versions.flatMap(version => (version !== null && 'sha256' in version ? [version.sha256] : []))
    const others = [entry.files, entry.manifest].filter(hash => hash !== null)
    return [...contents, ...Object.values(entry.databases), ...others]
  }

  #file(id: number): string {
    return join(this.#folder, `${String(id).padStart(6, '0')}.json`)
  }
}
