import { userInfo } from 'node:os'
import { secretValues } from '../db/secrets.ts'
import { formatManifest } from '../plan/manifest.ts'
import type { Change, Plan } from '../plan/plan.ts'
import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'
import type { FileRecord, FileVersion, HistoryEntry } from './entry.ts'
import { History } from './history.ts'
import { limitsOf } from './limits.ts'
import { MaskedFiles } from './masked-files.ts'
import { Masking, showMasked } from './masking.ts'
import { loadSnapshot, maskSnapshot, type Snapshot, snapshotChanges, storeSnapshot } from './snapshot.ts'

/** What a run tells of itself; the rest of the entry is found out. */
export type RunFacts = Pick<
  HistoryEntry,
  'command' | 'args' | 'comment' | 'outcome' | 'problems' | 'validators' | 'adjustments'
>

/** Gathers one entry of the history while a run goes on. */
export class Recorder {
  readonly #history: History
  readonly #masking: Masking
  readonly #contents: MaskedFiles
  readonly #time = new Date().toISOString()
  #files: FileRecord[] = []
  #manifest: string | undefined

  constructor(places: Places) {
    this.#history = new History(places)
    this.#masking = new Masking(places, secretValues(places))
    this.#contents = new MaskedFiles(places, this.#history.objects, this.#masking)
  }

  /** Keeps the former and the new content of every file of a plan; called before the commit. */
  keepFiles(plan: Plan, system: System): void {
    this.#files = plan.changes.map(change => ({
      path: change.path,
      template: change.template,
      before: versionBefore(change, system, this.#contents),
      after: versionAfter(change, system, this.#contents),
    }))
    this.#manifest = this.#history.objects.put(formatManifest(plan.manifest))
  }

  /** The plan was refused: its files are as they were. */
  forgetFiles(): void {
    this.#files = []
    this.#manifest = undefined
    this.#contents.forget()
  }

  /** Adds the entry; undefined when nothing happened that is worth one. */
  finish(facts: RunFacts, snapshot: Snapshot): HistoryEntry | undefined {
    const { objects } = this.#history
    const last = this.#history.lastApplied()
    const before = loadSnapshot(last?.databases ?? {}, objects)
    const properties = snapshotChanges(before, maskSnapshot(snapshot, this.#masking))
    const quiet = facts.outcome === 'done' && facts.comment === null
    if (quiet && properties.length === 0 && this.#files.length === 0) return undefined
    if (facts.outcome !== 'rolled back') this.#contents.save()
    const added = this.#history.add({
      ...facts,
      problems: facts.problems.map(problem => showMasked(this.#masking.hide(problem))),
      adjustments: facts.adjustments.map(adjustment => ({
        ...adjustment,
        problem: adjustment.problem && showMasked(this.#masking.hide(adjustment.problem)),
      })),
      time: this.#time,
      user: userName(),
      via: process.env.GABARIT_EVENT ? `action of ${process.env.GABARIT_EVENT}` : 'shell',
      properties,
      paths: this.#files.map(({ path }) => path),
      files: this.#files.length === 0 ? null : objects.put(JSON.stringify(this.#files)),
      manifest: this.#manifest ?? last?.manifest ?? null,
      databases: storeSnapshot(snapshot, objects, this.#masking),
    })
    this.#history.limit(limitsOf(snapshot))
    return added
  }
}

function versionBefore(change: Change, system: System, contents: MaskedFiles): FileVersion | null {
  const state = system.state(change.real)
  if (state?.kind === 'link') return { link: system.readLink(change.real) }
  if (state?.kind !== 'file') return null
  const { mode, uid, gid } = state
  return { sha256: contents.putPresent(change.path, system.read(change.real)), mode, uid, gid }
}

function versionAfter(change: Change, system: System, contents: MaskedFiles): FileVersion | null {
  switch (change.kind) {
    case 'remove':
      return null
    case 'link':
      return { link: change.target }
    case 'write': {
      const { mode, uid, gid } = change.attributes
      return { sha256: contents.putNew(change.path, change.after), mode, uid, gid }
    }
    case 'attributes': {
      const { mode, uid, gid } = change.attributes
      return { sha256: contents.putPresent(change.path, system.read(change.real)), mode, uid, gid }
    }
  }
}

/** Who is behind this: the login name, also through sudo. */
function userName(): string {
  return process.env.SUDO_USER || process.env.LOGNAME || userInfo().username
}
