import type { Change, Plan } from '../plan/plan.ts'
import type { Asked, FileRecord, FileVersion, HistoryEntry } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { limitsOf } from '../state/history/limits.ts'
import { MaskedFiles } from '../state/history/masked-files.ts'
import { type Masking, maskingWith, showMasked } from '../state/history/masking.ts'
import { loadSnapshot, maskSnapshot, type Snapshot, snapshotChanges, storeSnapshot } from '../state/history/snapshot.ts'
import { type Unfinished, unfinishedFile } from '../state/history/unfinished-names.ts'
import { MANIFEST } from '../state/manifest.ts'
import type { Places } from '../system/places.ts'
import type { Companion } from '../system/state-file.ts'
import type { System } from '../system/system.ts'

/** The result of a run; the rest of the entry is determined from it. */
export type RunFacts = Pick<HistoryEntry, 'outcome' | 'problems' | 'validators' | 'adjustments'>

/** What is known about a run before its commit. */
export type NoteFacts = Pick<Unfinished, 'outcome' | 'problems' | 'changes' | 'closes'>

/** Collects one history entry during a run. */
export class Recorder {
  readonly #history: History
  readonly #masking: Masking
  readonly #contents: MaskedFiles
  readonly #time: string
  readonly #places: Places
  /** The number of the entry, once assigned. */
  #id: number | undefined
  #files: FileRecord[] = []
  #folders: readonly string[] = []
  #lasting: readonly string[] = []
  #manifest: string | undefined

  /**
   * @param secrets in addition to the current ones
   * @param started when the run began
   */
  constructor(places: Places, secrets: readonly string[] = [], started = new Date()) {
    this.#time = started.toISOString()
    this.#history = new History(places)
    this.#places = places
    this.#masking = maskingWith(places, secrets)
    this.#contents = new MaskedFiles(places, this.#history.objects, this.#masking)
  }

  /** Stores the previous and the new content of every file of a plan; called before the commit. */
  keepFiles(plan: Plan, system: System): void {
    this.#files = plan.changes.map(change => ({
      path: change.path,
      template: change.template,
      ...('made' in change ? { made: true as const } : {}),
      before: versionBefore(change, system, this.#contents),
      after: versionAfter(change, system, this.#contents),
    }))
    this.#folders = plan.folders.map(({ path }) => path)
    this.#manifest = this.#history.objects.put(MANIFEST.text(plan.manifest))
  }

  /** Records what no rollback reverts. */
  keepLasting(lasting: readonly string[]): void {
    this.#lasting = lasting
  }

  /** The plan was refused: its files are unchanged. */
  forgetFiles(): void {
    this.#files = []
    this.#folders = []
    this.#manifest = undefined
    this.#contents.forget()
    this.forgetNote()
  }

  /** Files whose previous content could not be restored, because a secret in it has changed since. */
  lostFiles(): string[] {
    const isLost = (version: FileVersion | null) => {
      if (version === null || 'link' in version) return false
      return this.#masking.reveal(this.#history.objects.get(version.sha256).toString('utf8')) === undefined
    }
    return this.#files.filter(({ before, made }) => made !== true && isLost(before)).map(({ path }) => path)
  }

  /**
   * What is known before the commit, as a file that is written with it: so an interrupted run still has an entry.
   * @param snapshot the databases that the files are generated from; undefined: those found when the entry is made
   */
  unfinished(asked: Asked, facts: NoteFacts, snapshot: Snapshot | undefined): Companion {
    const databases = snapshot === undefined ? null : storeSnapshot(snapshot, this.#history.objects, this.#masking)
    const note: Unfinished = {
      ...asked,
      ...{ ...facts, problems: facts.problems.map(problem => this.#shown(problem)), time: this.#time, databases },
      masked: this.#contents.written,
      ...this.#filesOfEntry(),
    }
    this.#id ??= this.#history.nextId()
    return unfinishedFile(this.#id).companion(this.#places, note)
  }

  /** Everything is done, so the note of {@link unfinished} is no longer needed. */
  forgetNote(): void {
    if (this.#id !== undefined) unfinishedFile(this.#id).remove(this.#places)
  }

  /** Adds the entry; undefined if nothing happened that is worth one. */
  finish(asked: Asked, facts: RunFacts, snapshot: Snapshot): HistoryEntry | undefined {
    const { objects } = this.#history
    const id = this.#id ?? this.#history.nextId()
    const before = loadSnapshot(this.#history.databasesBefore(id), objects)
    const properties = snapshotChanges(before, maskSnapshot(snapshot, this.#masking))
    const quiet = facts.outcome === 'done' && asked.comment === null
    if (quiet && properties.length + this.#files.length + this.#folders.length + this.#lasting.length === 0)
      return undefined
    if (facts.outcome !== 'rolled back') this.#contents.save()
    const added = this.#history.add(id, {
      ...asked,
      ...facts,
      problems: facts.problems.map(problem => this.#shown(problem)),
      adjustments: facts.adjustments.map(adjustment => ({
        ...adjustment,
        problem: adjustment.problem && this.#shown(adjustment.problem),
      })),
      time: this.#time,
      properties,
      ...this.#filesOfEntry(),
      databases: storeSnapshot(snapshot, objects, this.#masking),
    })
    this.#history.limit(limitsOf(snapshot))
    return added
  }

  #shown(problem: string): string {
    return showMasked(this.#masking.hide(problem))
  }

  #filesOfEntry() {
    return {
      paths: this.#files.map(({ path }) => path),
      files: this.#files.length === 0 ? null : this.#history.objects.put(JSON.stringify(this.#files)),
      ...(this.#lasting.length === 0 ? {} : { lasting: this.#lasting.map(what => this.#shown(what)) }),
      ...(this.#folders.length === 0 ? {} : { folders: this.#folders }),
      manifest: this.#manifest ?? this.#history.lastApplied()?.manifest ?? null,
    }
  }
}

function versionBefore(change: Change, system: System, contents: MaskedFiles): FileVersion | null {
  const state = system.state(change.real)
  if (state?.kind === 'link') return { link: system.readLink(change.real) }
  if (state?.kind !== 'file') return null
  const { mode, uid, gid } = state
  return { sha256: contents.putPresent(change.path, system.read(change.real), isSecret(change)), mode, uid, gid }
}

function isSecret(change: Change): boolean {
  return change.kind === 'write' && change.made === 'secret'
}

function versionAfter(change: Change, system: System, contents: MaskedFiles): FileVersion | null {
  switch (change.kind) {
    case 'remove':
      return null
    case 'link':
      return { link: change.target }
    case 'write': {
      const { mode, uid, gid } = change.attributes
      return { sha256: contents.putNew(change.path, change.after, isSecret(change)), mode, uid, gid }
    }
    case 'attributes': {
      const { mode, uid, gid } = change.attributes
      return { sha256: contents.putPresent(change.path, system.read(change.real)), mode, uid, gid }
    }
  }
}
