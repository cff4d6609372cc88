import type { Context } from '../plan/context.ts'
import { databaseLoader } from '../plan/expand.ts'
import { archiveHistory } from '../state/history/archive.ts'
import type { HistoryEntry } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { loadSnapshot, type Snapshot, takeSnapshot } from '../state/history/snapshot.ts'
import { below } from '../system/places.ts'
import { Recorder, type RunFacts } from './history-record.ts'
import type { Reporter } from './report.ts'
import type { RunRequest } from './run-request.ts'

/** What a run leaves in the history: the databases that its files were made from, the files, and how it ended. */
export class RunHistory {
  /** The number that the first entry of this run gets: that of an event that an action signals, perhaps. */
  readonly first: number
  readonly #context: Context
  readonly #request: RunRequest
  readonly #started = new Date()
  #recorder: Recorder | undefined
  #snapshot: Snapshot | undefined
  #leavesDatabases = false
  readonly #lasting: string[] = []

  constructor(context: Context, request: RunRequest) {
    this.#context = context
    this.#request = request
    this.first = new History(context.places).nextId()
  }

  /** Begun as late as can be: an action may have set a secret, and no secret of that moment may be in the history. */
  get recorder(): Recorder {
    this.#recorder ??= new Recorder(this.#context.places, this.#request.secrets, this.#started)
    this.#recorder.keepLasting(this.#lasting)
    return this.#recorder
  }

  /** The databases as they are now; what is made from them belongs to this state in the history. */
  takeSnapshot(): Snapshot {
    this.#snapshot = takeSnapshot(this.#context.places)
    return this.#snapshot
  }

  /** For a run that brings no property to life: in the history the databases stay as the last entry left them. */
  leaveDatabases(): void {
    this.#leavesDatabases = true
  }

  /** Notes what no rollback takes back: a certificate that was issued. */
  noteLasting(what: string): void {
    this.#lasting.push(what)
  }

  /** The databases that the files were made from, or those that this run leaves as they are; undefined: the present ones. */
  get snapshot(): Snapshot | undefined {
    if (this.#snapshot === undefined && this.#leavesDatabases) {
      const history = new History(this.#context.places)
      this.#snapshot = loadSnapshot(history.lastApplied()?.databases ?? {}, history.objects)
    }
    return this.#snapshot
  }

  /** The files are as they were. */
  forgetFiles(): void {
    this.#recorder?.forgetFiles()
  }

  /** Adds the entry of a run that has ended; undefined when nothing happened that is worth one. */
  enter(facts: RunFacts, changesFiles: boolean): HistoryEntry | undefined {
    const { asked } = this.#request
    const idle = this.#leavesDatabases && facts.outcome === 'done' && asked.comment === null && !changesFiles
    return idle ? undefined : this.recorder.finish(asked, facts, this.snapshot ?? this.takeSnapshot())
  }

  /** The note of what is under way is no longer needed: everything is done. */
  forgetNote(): void {
    this.#recorder?.forgetNote()
  }

  /** Copies the history to where the site wants it. A copy elsewhere is worth a warning when it fails, and no more. */
  async archive(report: Reporter): Promise<void> {
    const { places, system, warn } = this.#context
    const settings = databaseLoader(this.#context)('configuration').get('gabarit')
    const repository = settings?.properties.get('Archive') ?? ''
    if (repository === '') return
    report({ kind: 'step', step: `archiving the history in ${repository}` })
    const problem = await archiveHistory(below(places, repository), places, system)
    if (problem !== undefined) warn(`the history could not be archived in ${repository}: ${problem}`)
  }
}
