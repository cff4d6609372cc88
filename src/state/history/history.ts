import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, messageOf, orFailure } from '../../base/failure.ts'
import { shell } from '../../base/quote.ts'
import { writeFileAtomically } from '../../system/atomic-write.ts'
import type { Places } from '../../system/places.ts'
import { textOf } from '../../system/read-files.ts'
import { openBase } from '../confirmation.ts'
import { type FileRecord, type HistoryEntry, isEntry } from './entry.ts'
import { type Limits, oldestToKeep } from './limits.ts'
import { maskedContents } from './masked-files.ts'
import { Objects } from './objects.ts'
import { readUnfinished, unfinishedIds } from './unfinished-names.ts'

/** After so many entries the contents that nobody needs are removed. */
const CLEANING = 50

/** The entries of the past, newest last. Writers hold the event lock. */
export class History {
  readonly objects: Objects
  readonly #folder: string
  readonly #places: Places

  constructor(places: Places) {
    this.#places = places
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

  /**
   * The number of the next entry. A run whose files are in place has taken its number then, and not when it ends: an event
   * that its action signals meanwhile comes after it.
   */
  nextId(): number {
    return Math.max(0, this.ids().at(-1) ?? 0, ...unfinishedIds(this.#places)) + 1
  }

  /** Adds an entry. */
  add(id: number, entry: Omit<HistoryEntry, 'id'>): HistoryEntry {
    const numbered = { id, ...entry }
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    writeFileAtomically(this.#file(id), `${JSON.stringify(numbered, null, 1)}\n`, { mode: 0o600, locked: true })
    return numbered
  }

  /** @throws Failure when there is no such entry, or it is damaged */
  entry(id: number): HistoryEntry {
    const file = this.#file(id)
    const text = textOf(file)
    if (text === undefined)
      throw new Failure(`the history has no entry ${id}`, { hint: `Entries: ${this.ids().join(' ') || 'none'}` })
    try {
      const entry: unknown = JSON.parse(text)
      if (isEntry(entry)) return entry
      throw new Error('parts of it are missing')
    } catch (error) {
      throw new Failure(`this entry of the history is damaged: ${messageOf(error)}`, {
        where: file,
        hint: `The history goes on without it: mv ${shell(file)} ${shell(`${file}.damaged`)}`,
      })
    }
  }

  /**
   * The newest entry whose changes stand; undefined before the first.
   * @param before only of those with a smaller number
   */
  lastApplied(before = Number.POSITIVE_INFINITY): HistoryEntry | undefined {
    return this.#newest(({ id, outcome }) => id < before && (outcome === 'done' || outcome === 'failed'))
  }

  /** The newest entry of which everything was done; undefined when there is none. */
  lastGood(): HistoryEntry | undefined {
    return this.#newest(({ outcome }) => outcome === 'done')
  }

  #newest(fits: (entry: HistoryEntry) => boolean): HistoryEntry | undefined {
    for (const id of this.ids().reverse()) {
      const entry = this.entry(id)
      if (fits(entry)) return entry
    }
    return undefined
  }

  /** The databases with which the properties of an entry are compared: as the last run before it has left them. */
  databasesBefore(id: number): HistoryEntry['databases'] {
    const last = this.lastApplied(id)
    const running = this.#notes().find(
      ({ id: one, note }) => one < id && one > (last?.id ?? 0) && note.databases !== null && note.outcome === 'failed',
    )
    return running?.note.databases ?? last?.databases ?? {}
  }

  /** The files of an entry with their contents' hashes. */
  files(entry: HistoryEntry): FileRecord[] {
    return entry.files === null ? [] : JSON.parse(this.objects.get(entry.files).toString('utf8'))
  }

  /**
   * Numbers of the entries that limits leave behind, oldest first. The newest one whose changes stand is never among them: it is
   * what the present state is compared with.
   */
  beyond(limits: Limits): number[] {
    const ids = this.ids()
    const oldest = oldestToKeep(ids, limits, id => statSync(this.#file(id)).mtimeMs)
    const standing = ids[0] === oldest ? undefined : this.lastApplied()?.id
    // What a change would go back to that waits for its confirmation.
    const base = openBase(this.#places) ?? oldest
    return ids.filter(id => id < oldest && id < base && id !== standing)
  }

  /** Removes the entries beyond the limits, and the contents that nobody needs any more. @returns how many of each */
  prune(limits: Limits): { entries: number; contents: number } {
    const gone = this.beyond(limits)
    for (const id of gone) rmSync(this.#file(id))
    const used = new Set(this.ids().flatMap(id => this.#hashes(this.entry(id))))
    // The event that this command is part of has no entry yet.
    for (const { note } of this.#notes())
      for (const hash of this.#hashes({ ...note, databases: note.databases ?? {} })) used.add(hash)
    for (const hash of maskedContents(this.#places)) used.add(hash)
    return { entries: gone.length, contents: this.objects.prune(used) }
  }

  /** As {@link prune}, after each new entry: contents are looked through only now and then, because that reads it all. */
  limit(limits: Limits): void {
    const gone = orFailure(() => this.beyond(limits))
    // Nobody can tell what a damaged entry needs: it all stays, and the run that has just been done is none the worse.
    if (gone instanceof Failure || gone.length === 0) return
    const [newest = 0] = this.ids().slice(-1)
    const whole = newest % CLEANING === 0 || gone.length >= CLEANING
    if (whole && !(orFailure(() => this.prune(limits)) instanceof Failure)) return
    for (const id of gone) rmSync(this.#file(id), { force: true })
  }

  /** What runs have written of which the entries are not made yet, the newest first. */
  #notes(): { id: number; note: Omit<HistoryEntry, 'databases'> & { databases: HistoryEntry['databases'] | null } }[] {
    return unfinishedIds(this.#places)
      .reverse()
      .map(id => ({ id, note: readUnfinished(this.#places, id) }))
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
