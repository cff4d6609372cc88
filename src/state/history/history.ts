import { defined } from '../../base/defined.ts'
import { EXIT, Failure, orFailure, orUndefined, unlessFailed, usageFailure, withStatus } from '../../base/failure.ts'
import { shell } from '../../base/quote.ts'
import type { Places } from '../../system/places.ts'
import type { State } from '../../system/state.ts'
import { StateFile } from '../../system/state-file.ts'
import { openBase } from '../confirmation.ts'
import { type FileRecord, type HistoryEntry, historyEntry, tookEffect } from './entry.ts'
import { type Limits, oldestToKeep } from './limits.ts'
import { maskedContents } from './masked-files.ts'
import { Objects } from './objects.ts'
import { type Unfinished, unfinishedFile, unfinishedIds } from './unfinished-names.ts'

/** Unused contents are removed after this many entries. */
const CLEANING = 50

/** The entries of the history, newest last. Writers hold the event lock. */
export class History {
  readonly objects: Objects
  readonly #state: State
  readonly #places: Places

  constructor(places: Places) {
    this.#places = places
    this.#state = places.state.within('history')
    this.objects = new Objects(places.state)
  }

  /** Numbers of all entries, oldest first. */
  ids(): number[] {
    return this.#state.numbers(/^(\d+)\.json$/)
  }

  /**
   * The number of the next entry. A run takes its number when its files are in place, not when it ends, so an event signalled by
   * one of its later actions comes after it: entries are numbered in the order their files were committed.
   */
  nextId(): number {
    return Math.max(0, this.ids().at(-1) ?? 0, ...unfinishedIds(this.#places)) + 1
  }

  /** Adds an entry, after the contents that it names. */
  add(id: number, entry: Omit<HistoryEntry, 'id'>): HistoryEntry {
    this.objects.sync()
    const numbered = { id, ...entry }
    entryFile(id).write(this.#places, numbered)
    return numbered
  }

  /** The entries after a number, oldest first. @throws Failure if one is damaged */
  after(id: number): HistoryEntry[] {
    const later = this.ids().filter(one => one > id)
    return later.map(one => this.entry(one))
  }

  /** @throws Failure if there is no such entry (usage), or it is damaged */
  entry(id: number): HistoryEntry {
    const entry = orFailure(() => entryFile(id).read(this.#places))
    if (entry instanceof Failure) throw withStatus(entry, EXIT.failed)
    if (entry !== undefined) return entry
    const ids = this.ids()
    const known = ids.length === 0 ? 'It has none.' : `Its entries: ${ids[0]} to ${ids.at(-1)} (gabarit history)`
    throw usageFailure(`the history has no entry ${id}`, known)
  }

  /** The newest entries as they are stored, in JSON; damaged ones are left out. The caller holds the event lock. */
  newestTexts(count: number): string[] {
    const { files, folder } = this.#state
    const texts = this.ids()
      .slice(-count)
      .map(id =>
        files
          .read(`${folder}/${nameOf(id)}`)
          .toString('utf8')
          .trimEnd(),
      )
    return texts.filter(isJson)
  }

  /**
   * The newest entry that was not rolled back; undefined before the first. Damaged ones are skipped, because the history must
   * not stop events.
   * @param before only consider entries with a smaller number
   */
  lastApplied(before = Number.POSITIVE_INFINITY): HistoryEntry | undefined {
    return this.#newest(entry => entry.id < before && tookEffect(entry))
  }

  /**
   * As {@link lastApplied}, to return to it.
   * @throws Failure if it, its databases or a newer entry cannot be read
   */
  lastWhole(before = Number.POSITIVE_INFINITY): HistoryEntry | undefined {
    const last = this.lastApplied(before)
    for (const id of this.ids()) if (id > (last?.id ?? 0) && id < before) this.entry(id)
    for (const hash of Object.values(last?.databases ?? {})) this.objects.get(hash)
    return last
  }

  /** The newest entry in which everything succeeded; undefined if there is none. */
  lastGood(): HistoryEntry | undefined {
    return this.#newest(({ outcome }) => outcome === 'done')
  }

  #newest(fits: (entry: HistoryEntry) => boolean): HistoryEntry | undefined {
    for (const id of this.ids().reverse()) {
      const entry = unlessFailed(() => this.entry(id))
      if (entry !== undefined && fits(entry)) return entry
    }
    return undefined
  }

  /** The databases to compare an entry's properties with: as the run before it left them, and those last checked. */
  before(id: number): Pick<HistoryEntry, 'databases' | 'checked'> {
    const last = this.lastApplied(id)
    const running = this.#notes().find(
      ({ id: one, note }) => one < id && one > (last?.id ?? 0) && note.databases !== null && note.outcome === 'failed',
    )
    const { databases, checked } = running?.note ?? last ?? { databases: {} }
    return { databases: databases ?? {}, ...defined({ checked }) }
  }

  /** The files of an entry with their contents' hashes. */
  files(entry: Pick<HistoryEntry, 'files'>): FileRecord[] {
    return entry.files === null ? [] : JSON.parse(this.objects.get(entry.files).toString('utf8'))
  }

  /**
   * Numbers of the entries beyond the limits, oldest first. The newest one that was not rolled back is never among them, because
   * the current state is compared with it.
   */
  beyond(limits: Limits): number[] {
    const ids = this.ids()
    const oldest = oldestToKeep(ids, limits, id => this.#state.modified(nameOf(id)))
    const standing = ids[0] === oldest ? undefined : this.lastApplied()?.id
    // The entry to which a change waiting for confirmation would be rolled back.
    const base = openBase(this.#places) ?? oldest
    return ids.filter(id => id < oldest && id < base && id !== standing)
  }

  /** Removes the entries beyond the limits, and unused contents. @returns how many of each */
  prune(limits: Limits): { entries: number; contents: number } {
    const gone = this.beyond(limits)
    for (const id of gone) this.#state.remove(nameOf(id))
    const used = new Set(this.ids().flatMap(id => this.#hashes(this.entry(id))))
    // The event that this command is part of has no entry yet.
    for (const { note } of this.#notes())
      for (const hash of this.#hashes({ ...note, databases: note.databases ?? {} })) used.add(hash)
    for (const hash of maskedContents(this.#places)) used.add(hash)
    return { entries: gone.length, contents: this.objects.prune(used) }
  }

  /** As {@link prune}, after each new entry. Contents are only checked now and then, because that reads everything. */
  limit(limits: Limits): void {
    const gone = orFailure(() => this.beyond(limits))
    // What a damaged entry needs is unknown, so everything is kept. The run just completed is not affected.
    if (gone instanceof Failure || gone.length === 0) return
    const [newest = 0] = this.ids().slice(-1)
    const whole = newest % CLEANING === 0 || gone.length >= CLEANING
    if (whole && !(orFailure(() => this.prune(limits)) instanceof Failure)) return
    for (const id of gone) this.#state.remove(nameOf(id))
  }

  /** Notes of runs whose entries have not been made yet, newest first. */
  #notes(): { id: number; note: Unfinished }[] {
    return unfinishedIds(this.#places)
      .reverse()
      .flatMap(id => {
        const note = unfinishedFile(id).read(this.#places)
        return note === undefined ? [] : [{ id, note }]
      })
  }

  #hashes(entry: Pick<HistoryEntry, 'files' | 'manifest' | 'databases' | 'checked'>): string[] {
    const versions = this.files(entry).flatMap(({ before, after }) => [before, after])
    const contents = versions.flatMap(version => (version !== null && 'sha256' in version ? [version.sha256] : []))
    const others = [entry.files, entry.manifest].filter(hash => hash !== null)
    return [...contents, ...Object.values({ ...entry.checked }), ...Object.values(entry.databases), ...others]
  }
}

function isJson(text: string): boolean {
  return orUndefined(() => JSON.parse(text)) !== undefined
}

function nameOf(id: number): string {
  return `${String(id).padStart(6, '0')}.json`
}

/** The file of an entry. */
export function entryFile(id: number): StateFile<HistoryEntry> {
  return new StateFile(`history/${nameOf(id)}`, {
    what: 'this entry of the history',
    shape: historyEntry,
    wayOut: file => `To continue without it: mv ${shell(file)} ${shell(`${file}.damaged`)}`,
    format: entry => JSON.stringify(entry, null, 1),
  })
}
