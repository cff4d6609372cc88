import { defined } from '../base/defined.ts'
import { Failure, orFailure } from '../base/failure.ts'
import { databaseLoader } from '../plan/expand.ts'
import type { Change, Plan } from '../plan/plan.ts'
import type { Restored } from '../plan/restore.ts'
import { archiveHistory } from '../state/history/archive.ts'
import type { FileRecord, FileVersion, HistoryEntry } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { limitsOf } from '../state/history/limits.ts'
import { MaskedFiles } from '../state/history/masked-files.ts'
import { maskingWith, showMasked } from '../state/history/masking.ts'
import {
  loadSnapshot,
  maskSnapshot,
  type Snapshot,
  snapshotChanges,
  storeSnapshot,
  takeSnapshot,
} from '../state/history/snapshot.ts'
import { type Unfinished, unfinishedFile } from '../state/history/unfinished-names.ts'
import { MANIFEST } from '../state/manifest.ts'
import type { Attributes } from '../system/files.ts'
import { below } from '../system/places.ts'
import type { Companion } from '../system/state-file.ts'
import type { Run } from './run.ts'

/** The result of a run; the rest of the entry is determined from it. */
type RunFacts = Pick<HistoryEntry, 'outcome' | 'problems' | 'validators' | 'adjustments'>

/** What is known about a run before its commit. */
type NoteFacts = Pick<Unfinished, 'outcome' | 'problems' | 'changes' | 'closes'>

/** What a run leaves in the history: the databases that its files were made from, the files, and how it ended. */
export class RunHistory {
  /** The number that the first entry of this run gets: perhaps that of an event that an action signals. */
  readonly first: number
  /** What no rollback reverts, in words: a certificate that was issued. */
  readonly lasting: string[] = []
  readonly #run: Run
  readonly #history: History
  readonly #time = new Date().toISOString()
  #hiding: MaskedFiles | undefined
  /** The number of the entry, once assigned. */
  #id: number | undefined
  #snapshot: Snapshot | undefined
  #checked = false
  #files: FileRecord[] = []
  #folders: readonly string[] = []
  #manifest: string | undefined

  constructor(run: Run) {
    this.#run = run
    this.#history = new History(run.context.places)
    this.first = this.#history.nextId()
  }

  /** Made as late as possible: an action may have set a secret, and no secret of that moment may be in the history. */
  get #contents(): MaskedFiles {
    const { places } = this.#run.context
    this.#hiding ??= new MaskedFiles(places, this.#history.objects, maskingWith(places, this.#run.request.secrets))
    return this.#hiding
  }

  /**
   * The databases as they are now; what is made from them belongs to this state in the history.
   * @param checked whether they are checked before anything is made from them; default: no
   */
  takeSnapshot(checked = false): Snapshot {
    this.#checked = checked
    this.#snapshot = this.#run.request.databases ?? takeSnapshot(this.#run.context.places)
    return this.#snapshot
  }

  /** The databases that the files were made from, or those that this run leaves as they are; undefined: the present ones. */
  get snapshot(): Snapshot | undefined {
    if (this.#run.request.leavesDatabases)
      this.#snapshot ??= loadSnapshot(this.#history.lastApplied()?.databases ?? {}, this.#history.objects)
    return this.#snapshot ?? this.#run.request.databases
  }

  /**
   * Stores the previous and the new content of every file of a plan; called before the commit.
   * @param former the previous states, in the order of the changes
   */
  keepFiles({ changes, folders, manifest }: Plan, former: readonly Restored[]): void {
    const contents = this.#contents
    this.#files = changes.map((change, index) => recordOf(change, former[index]?.version ?? null, contents))
    this.#folders = folders.map(({ path }) => path)
    this.#manifest = this.#history.objects.stage(MANIFEST.text(manifest))
  }

  /** The plan was refused: its files are unchanged. */
  forgetFiles(): void {
    this.#files = []
    this.#folders = []
    this.#manifest = undefined
    this.#hiding?.forget()
    this.forgetNote()
  }

  /** Files whose previous content could not be restored, because a secret in it has changed since. */
  lostFiles(): string[] {
    const isLost = (version: FileVersion | null) => {
      if (version === null || 'link' in version) return false
      return this.#contents.masking.reveal(this.#history.objects.get(version.sha256).toString('utf8')) === undefined
    }
    return this.#files.filter(({ before, made }) => made !== true && isLost(before)).map(({ path }) => path)
  }

  /** What is known before the commit, as a file that is written with it: so an interrupted run still has an entry. */
  note(facts: NoteFacts): Companion {
    const { masking, written } = this.#contents
    const snapshot = this.snapshot
    const note: Unfinished = {
      ...this.#run.request.asked,
      ...facts,
      time: this.#time,
      databases: snapshot === undefined ? null : storeSnapshot(snapshot, this.#history.objects, masking),
      masked: written,
      ...this.#commonParts(facts.problems),
    }
    this.#history.objects.sync()
    this.#id ??= this.#history.nextId()
    return unfinishedFile(this.#id).companion(this.#run.context.places, note)
  }

  /** Everything is done, so the {@link note} is no longer needed. */
  forgetNote(): void {
    if (this.#id !== undefined) unfinishedFile(this.#id).remove(this.#run.context.places)
  }

  /** Adds the entry of a run that has ended; undefined if nothing happened that is worth one. */
  enter(facts: RunFacts): HistoryEntry | undefined {
    const { asked, leavesDatabases } = this.#run.request
    const last = orFailure(() => this.#history.lastWhole())
    const isWhole = !(last instanceof Failure)
    // After a damaged one, the next state needs an entry in any case.
    const quiet = facts.outcome === 'done' && asked.comment === null && isWhole
    if (quiet && leavesDatabases && this.#files.length === 0) return undefined
    const contents = this.#contents
    const { masking } = contents
    const snapshot = this.snapshot ?? this.takeSnapshot()
    const { objects } = this.#history
    const id = this.#id ?? this.#history.nextId()
    const before = loadSnapshot(this.#history.before(id).databases, objects)
    const properties = snapshotChanges(before, maskSnapshot(snapshot, masking))
    const happened = [properties, this.#files, this.#folders, this.lasting]
    // Else `gabarit status` would say for ever that the last event failed.
    const repairs = isWhole && last?.outcome === 'failed'
    if (quiet && !repairs && happened.every(list => list.length === 0)) return undefined
    if (facts.outcome !== 'rolled back') contents.save()
    const added = this.#history.add(id, {
      ...asked,
      ...facts,
      adjustments: facts.adjustments.map(adjustment => ({
        ...adjustment,
        problem: adjustment.problem && this.#shown(adjustment.problem),
      })),
      time: this.#time,
      properties,
      ...this.#commonParts(facts.problems),
      databases: storeSnapshot(snapshot, objects, masking),
    })
    if (isWhole) this.#history.limit(limitsOf(snapshot))
    return added
  }

  /** What the entry and the note of it have in common. */
  #commonParts(problems: readonly string[]) {
    return {
      problems: problems.map(problem => this.#shown(problem)),
      paths: this.#files.map(({ path }) => path),
      files: this.#files.length === 0 ? null : this.#history.objects.stage(JSON.stringify(this.#files)),
      ...(this.lasting.length === 0 ? {} : { lasting: this.lasting.map(what => this.#shown(what)) }),
      ...(this.#folders.length === 0 ? {} : { folders: this.#folders }),
      manifest: this.#manifest ?? this.#history.lastApplied()?.manifest ?? null,
      ...(this.#checked ? {} : defined({ checked: this.#lastChecked() })),
    }
  }

  /** What nobody has checked must not count as checked later. Undefined: the databases of the entry. */
  #lastChecked(): HistoryEntry['checked'] {
    const { checked, databases } = this.#history.before(this.#id ?? this.#history.nextId())
    return this.#run.request.leavesDatabases ? checked : (checked ?? databases)
  }

  #shown(problem: string): string {
    return showMasked(this.#contents.masking.hide(problem))
  }

  /** Copies the history to where the site wants it. If that fails, it is only worth a warning. */
  async archive(): Promise<void> {
    const { context, report } = this.#run
    const { places, system, warn } = context
    const settings = databaseLoader(context)('configuration').get('gabarit')
    const repository = settings?.properties.get('Archive') ?? ''
    if (repository === '') return
    report({ kind: 'step', step: `archiving the history in ${repository}` })
    const problem = await archiveHistory(below(places, repository), places, system)
    if (problem !== undefined) warn(`the history could not be archived in ${repository}: ${problem}`)
  }
}

function recordOf(change: Change, former: Restored['version'], contents: MaskedFiles): FileRecord {
  const { path, template } = change
  const secret = change.kind === 'write' && change.secret
  const version = (sha256: string, { mode, uid, gid }: Attributes) => ({ sha256, mode, uid, gid })
  const present = (content: Uint8Array, attributes: Attributes) =>
    version(contents.putPresent(path, content, secret), attributes)
  const before = former === null || 'link' in former ? former : present(former.content, former.attributes)
  const after = () => {
    switch (change.kind) {
      case 'remove':
        return null
      case 'link':
        return { link: change.target }
      case 'write':
        return version(contents.putNew(path, change.after, secret), change.attributes)
      case 'attributes':
        return before && 'sha256' in before ? version(before.sha256, change.attributes) : before
    }
  }
  return { path, template, ...('made' in change ? { made: true as const } : {}), before, after: after() }
}
