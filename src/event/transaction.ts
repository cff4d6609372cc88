import { applyPlan, formerStates } from '../apply/barrier.ts'
import { type Companion, commit } from '../apply/commit.ts'
import type { Context } from '../apply/context.ts'
import { databaseLoader } from '../apply/run.ts'
import { sayDuration } from '../confirm/announce.ts'
import { type Arming, armingOf } from '../confirm/arming.ts'
import { endConfirmation } from '../confirm/last.ts'
import { suggestConfirmation } from '../confirm/suggest.ts'
import { opensUnasked, windowOfServices } from '../confirm/usual.ts'
import type { Records } from '../db/record.ts'
import { archiveHistory } from '../history/archive.ts'
import { databaseChanges, type PreparedChanges, prepareChanges, reversed } from '../history/databases.ts'
import type { AdjustmentRecord, PropertyChange } from '../history/entry.ts'
import { History } from '../history/history.ts'
import { Recorder } from '../history/record.ts'
import { revealLastApplied } from '../history/restore.ts'
import { loadSnapshot, type Snapshot, takeSnapshot } from '../history/snapshot.ts'
import { rememberOverrides } from '../override/watch.ts'
import { readManifest } from '../plan/manifest.ts'
import type { Plan } from '../plan/plan.ts'
import { restorePlan } from '../plan/restore.ts'
import type { ServiceManager, Unit } from '../service/manager.ts'
import { managersOf } from '../service/one-shot.ts'
import { cannotGoBack, EXIT, Failure, messageOf } from '../system/failure.ts'
import { below } from '../system/places.ts'
import { adjustServices, announceAdjustments, collectAdjustments } from './adjust.ts'
import type { Adjustment, Request } from './adjustment.ts'
import { type Deed, type Done, outcomeOf } from './deed.ts'
import { Health } from './health.ts'
import type { Turn } from './one-at-a-time.ts'
import { joinRequests, pendingCompanion, putBackPending, readPending, takeJoined, writePending } from './pending.ts'
import type { Reporter } from './report.ts'
import { distinct, requestsOfPlan, without } from './requests.ts'

/**
 * Files, services and history of one event, apply or rollback: plans are committed behind the barrier, services adjusted
 * and looked after; when one does not come up, everything goes back to where it was.
 */
export class Transaction {
  #deed: Deed
  readonly #context: Context
  readonly #turn: Turn
  readonly #report: Reporter
  readonly #recorder: Recorder | undefined
  #arming: Arming | undefined
  /** The number that the first entry of this run gets, when the services that are adjusted may bring a window along. */
  readonly #first: number | undefined
  readonly #problems: string[] = []
  readonly #validators: string[] = []
  readonly #adjustments: AdjustmentRecord[] = []
  #requests: Request[] = []
  #done: Done | undefined
  #cutOff = false
  #snapshot: Snapshot | undefined

  /**
   * @param context its system decides whether anything is changed
   * @param options `windowOfServices`: in a remote shell it waits for a confirmation when it adjusts a service whose
   *   description says so
   */
  constructor(
    deed: Deed,
    context: Context,
    turn: Turn,
    report: Reporter,
    options: { readonly windowOfServices?: boolean } = {},
  ) {
    this.#deed = deed
    this.#context = context
    this.#turn = turn
    this.#report = report
    this.#recorder = context.system.dryRun ? undefined : new Recorder(context.places, deed.secrets)
    this.#arming = context.system.dryRun ? undefined : armingOf(deed, context.places, turn)
    const unasked =
      options.windowOfServices === true && deed.confirmWithin === undefined && opensUnasked(context.places)
    this.#first = unasked ? new History(context.places).nextId() : undefined
  }

  /** The databases as they are now; what is made from them belongs to this state in the history. */
  takeSnapshot(): Snapshot {
    this.#snapshot = takeSnapshot(this.#context.places)
    return this.#snapshot
  }

  /** For a run that brings no property to life: in the history the databases stay as the last entry left them. */
  leaveDatabases(): void {
    const history = new History(this.#context.places)
    this.#snapshot = loadSnapshot(history.lastApplied()?.databases ?? {}, history.objects)
  }

  /** Something went wrong that does not stop the rest. */
  note(problem: string): void {
    this.#problems.push(problem)
    this.#report({ kind: 'problem', message: problem })
  }

  /** As {@link note}, for what has been reported already. */
  noteReported(problem: string): void {
    this.#problems.push(problem)
  }

  /**
   * Commits a plan; the services that its files notify are adjusted by {@link adjust}.
   * @param listed what {@link adjust} will be asked for besides, so that a crash before it loses nothing
   * @param changes of properties that belong to the files: both are made, or neither
   */
  async commit(plan: Plan, listed: readonly Request[] = [], changes: readonly PropertyChange[] = []): Promise<void> {
    const { places, system } = this.#context
    // An unknown service manager has to be refused before a file changes.
    managersOf(this.#configuration(), places)
    this.#requests.push(...requestsOfPlan(plan))
    this.#armForServices(listed)
    if (!this.#turn.joined) suggestConfirmation(plan, this.#deed, this.#report)
    if (system.dryRun) {
      this.#announceWindow(plan)
      this.#report({ kind: 'plan', plan })
      const commands = await applyPlan(this.#context, plan)
      if (this.#context.judge === 'always') this.#report({ kind: 'checked', commands })
      return
    }
    const done = { plan, former: formerStates(plan, system), manifest: readManifest(places, system), changes }
    const pending = readPending(places)
    let databases: PreparedChanges | undefined
    const prepare = () => {
      databases = prepareChanges(places, changes, this.#command)
    }
    this.#report({ kind: 'step', step: 'checking and writing the files' })
    try {
      this.#recorder?.keepFiles(plan, system)
      const companions = this.#companions(plan, changes, distinct([...pending, ...this.#requests, ...listed]))
      this.#validators.push(...(await applyPlan(this.#context, plan, companions, prepare)))
    } catch (error) {
      databases?.abort()
      putBackPending(places, pending)
      this.#arming?.disarm()
      this.#recorder?.forgetFiles()
      throw error
    }
    this.#done = done
    this.#moveDatabases(databases)
    this.#report({ kind: 'plan', plan })
    rememberOverrides(places, this.#context.layers, this.#context.warn)
  }

  /** In a remote shell: waits for a confirmation when a service is adjusted that can shut out whoever does it. */
  #armForServices(listed: readonly Request[]): void {
    if (this.#first === undefined) return
    const { places, system } = this.#context
    const services = [...this.#requests, ...listed].map(({ service }) => service)
    const confirmWithin = windowOfServices(services, this.#configuration(), places)
    if (confirmWithin === undefined) return
    this.#deed = { ...this.#deed, confirmWithin }
    if (!system.dryRun) this.#arming = armingOf(this.#deed, places, this.#turn, this.#first)
  }

  #announceWindow(plan: Plan): void {
    const { confirmWithin } = this.#deed
    if (confirmWithin === undefined || plan.changes.length === 0) return
    const message = `would go back by itself after ${sayDuration(confirmWithin)} unless you confirm`
    this.#report({ kind: 'confirmation', message })
  }

  /** The files are in place: what belongs to them follows, now or by the next command. */
  #moveDatabases(databases: PreparedChanges | undefined): void {
    try {
      databases?.commit()
    } catch (error) {
      this.#cutOff = true
      throw new Failure(`the files are in place, and not yet the properties that belong to them: ${messageOf(error)}`, {
        hint: 'The next gabarit command that changes files sets them.',
        cause: error,
      })
    }
  }

  /** Adjusts what the committed files and the caller ask for, with what earlier events left over and joined ones hand over. */
  async adjust(listed: readonly Request[]): Promise<void> {
    await this.#adjust([...this.#requests, ...listed], true)
  }

  /** Adjusts what joined events handed over since. */
  async adjustJoined(): Promise<void> {
    await this.#adjust([], false)
  }

  /** What boots afterwards reads the new files anyway. */
  forgetRequests(): void {
    const { places, system } = this.#context
    if (system.dryRun) return
    const joined = this.#turn.joined ? [] : takeJoined(places)
    const mine = new Set([...this.#requests, ...joined].map(({ service }) => service))
    writePending(
      places,
      readPending(places).filter(({ service }) => !mine.has(service)),
    )
  }

  /**
   * Takes the steps of a run, and writes the history however they end.
   * @returns the exit status
   */
  async conclude(steps: () => Promise<void>): Promise<number> {
    try {
      await steps()
    } catch (error) {
      if (error instanceof Failure) await this.finish(error)
      throw error
    }
    return this.finish()
  }

  /** Writes the history. @returns the exit status */
  async finish(failure?: Failure): Promise<number> {
    // The note of it is there: the next command makes the entry.
    if (this.#cutOff) return failure?.status ?? EXIT.failed
    const outcome = outcomeOf(failure, this.#done !== undefined, this.#problems)
    if (failure !== undefined) this.#problems.push(failure.describe())
    const { confirmWithin: _window, secrets: _secrets, closes, ...deed } = this.#deed
    const [problems, validators, adjustments] = [this.#problems, this.#validators, this.#adjustments]
    const facts = { ...deed, outcome, problems, validators, adjustments }
    const added = this.#recorder?.finish(facts, this.#snapshot ?? this.takeSnapshot())
    if (failure === undefined && closes !== undefined) endConfirmation(this.#context.places, closes, 'went back')
    this.#recorder?.forgetNote()
    const what = [deed.command, ...deed.args].join(' ')
    this.#report({ kind: 'ended', what, outcome, ...(added === undefined ? {} : { entry: added.id }) })
    // The entry of the event that this one belongs to has a smaller number: both go together, when that one ends.
    if (added !== undefined && !this.#turn.joined) await this.#archive()
    const waits = this.#arming?.openWindow()
    if (waits !== undefined) this.#report({ kind: 'confirmation', message: waits })
    return failure?.status ?? (outcome === 'failed' ? EXIT.failed : EXIT.done)
  }

  /** A copy elsewhere is worth a warning when it fails, and no more. */
  async #archive(): Promise<void> {
    const { places, system, warn } = this.#context
    const repository = this.#configuration().get('gabarit')?.properties.get('Archive') ?? ''
    if (repository === '') return
    this.#report({ kind: 'step', step: `archiving the history in ${repository}` })
    const problem = await archiveHistory(below(places, repository), places, system)
    if (problem !== undefined) warn(`the history is not archived in ${repository}: ${problem}`)
  }

  async #adjust(asked: readonly Request[], withPending: boolean): Promise<void> {
    const { places, system } = this.#context
    if (this.#turn.joined) return joinRequests(places, asked)
    const joined = system.dryRun ? [] : takeJoined(places)
    const requests = [...(withPending ? readPending(places) : []), ...asked, ...joined]
    if (requests.length === 0) return
    const configuration = this.#configuration()
    const { adjustments, warnings, problems } = collectAdjustments(requests, configuration)
    for (const message of warnings) this.#report({ kind: 'warning', message })
    for (const message of problems) this.note(message)
    const managerOf = managersOf(configuration, places)
    if (system.dryRun) return announceAdjustments(adjustments, managerOf, this.#report)
    const health = new Health(managerOf, places, system)
    this.#arming?.remember(requests)
    const well = await health.running(adjustments)
    const failed = await this.#carryOut(adjustments, managerOf)
    const changed = this.#done !== undefined && this.#done.plan.changes.length > 0 ? this.#done : undefined
    this.#report({ kind: 'step', step: 'looking whether the services are well' })
    const ill = await health.firstIll(
      adjustments.filter(({ service }) => well.has(service)),
      configuration,
      changed !== undefined,
      adjustment => this.#carryOut([startOf(adjustment)], managerOf),
    )
    const why = ill ?? this.#notInForce(failed, managerOf)
    if (why !== undefined && changed !== undefined) await this.#goBack(changed, why, adjustments, well, managerOf)
    if (ill !== undefined) this.note(ill)
    const names = new Set(failed.map(({ service }) => service))
    await this.#lookAtStarted(
      adjustments.filter(({ service }) => !well.has(service) && !names.has(service)),
      configuration,
      health,
      managerOf,
    )
    const again = requests.filter(({ service }) => names.has(service))
    // What waits for longer stays; what has just had its turn (a joined event noted it too) does not.
    const waiting = withPending ? [] : without(readPending(places), requests)
    writePending(places, distinct([...waiting, ...again]))
    if (names.size > 0) this.#report({ kind: 'remembered', services: [...names] })
  }

  /** A service that did not run before and was started must run now. Going back would not help it, so it is only told. */
  async #lookAtStarted(
    adjustments: readonly Adjustment[],
    configuration: Records,
    health: Health,
    managerOf: (unit: Unit) => ServiceManager,
  ): Promise<void> {
    const started = adjustments.filter(
      ({ unit, actions }) => managerOf(unit).idle !== true && actions.some(action => /start/.test(action)),
    )
    if (started.length === 0) return
    const ill = await health.firstIll(started, configuration, false, () => Promise.resolve())
    if (ill !== undefined) this.note(`${ill}. It did not run before either, so nothing goes back`)
  }

  async #carryOut(
    adjustments: readonly Adjustment[],
    managerOf: (unit: Unit) => ServiceManager,
  ): Promise<Adjustment[]> {
    const begin = (service: string) => this.#report({ kind: 'step', step: `adjusting ${service}` })
    return adjustServices(adjustments, managerOf, this.#context.system, begin, result => {
      this.#report({ kind: 'service', result })
      const { service, command, problem } = result
      this.#adjustments.push({ service, command, problem: problem ?? null })
      if (problem !== undefined) this.#problems.push(`adjusting ${service} failed: ${command}: ${problem}`)
    })
  }

  /**
   * Files, databases and services back to where they were.
   * @param well the services that ran before: one that has ended cannot be told to read its files again
   */
  async #goBack(
    { plan, former, manifest, changes }: Done,
    why: string,
    adjustments: readonly Adjustment[],
    well: ReadonlySet<string>,
    managerOf: (unit: Unit) => ServiceManager,
  ): Promise<never> {
    const { places, system } = this.#context
    const back = changes.length > 0 ? reversed(changes) : this.#changesSinceLast()
    let databases: PreparedChanges | undefined
    const prepare = () => {
      databases = prepareChanges(places, back, this.#command)
      return Promise.resolve(undefined)
    }
    const outcome = { outcome: 'rolled back', problems: [...this.#problems, why], changes: back } as const
    const note = this.#recorder?.unfinished(
      { ...this.#deed, ...outcome, closes: this.#arming?.token ?? null },
      this.#snapshot,
    )
    try {
      const files = restorePlan(places, system, former, manifest, plan.manifest)
      await commit(files, places, system, prepare, note === undefined ? [] : [note])
    } catch (error) {
      databases?.abort()
      throw cannotGoBack(why, error, 'The new files are in force. When that is mended: gabarit rollback')
    }
    this.#moveDatabases(databases)
    this.#arming?.disarm()
    const health = new Health(managerOf, places, system)
    const up = await health.running(adjustments)
    const ended = (service: string) => well.has(service) && !up.has(service)
    const again = adjustments.map(
      (adjustment): Adjustment => (ended(adjustment.service) ? startOf(adjustment) : adjustment),
    )
    await this.#carryOut(again, managerOf)
    writePending(places, [])
    const still = await health.firstIll(
      again.filter(({ service }) => well.has(service)),
      this.#configuration(),
      true,
      adjustment => this.#carryOut([startOf(adjustment)], managerOf),
    )
    const hint =
      still === undefined
        ? 'Everything is back as it was before: files, databases and services. The history keeps what was tried.'
        : `Files and databases are back as they were before, and still ${still}. See to it by hand.`
    throw new Failure(why, { status: EXIT.rolledBack, hint })
  }

  /** What the properties were after the last entry that stands, against what this run has found. */
  #changesSinceLast(): PropertyChange[] {
    const last = revealLastApplied(this.#context.places, name =>
      this.#report({
        kind: 'warning',
        message: `${name} is secret, so its former value is not known: it stays as it is`,
      }),
    )
    return last === undefined || this.#snapshot === undefined ? [] : databaseChanges(this.#snapshot, last)
  }

  /**
   * What stands and falls with the files: the note for the history, the adjustments that they need (a crash behind the
   * commit must not lose them), the pending confirmation.
   */
  #companions(plan: Plan, changes: readonly PropertyChange[], asked: readonly Request[]): Companion[] {
    const { places } = this.#context
    const recorder = this.#recorder
    if (recorder === undefined) return []
    const armed = this.#arming?.companions(plan, recorder.lostFiles(), this.#report) ?? []
    if (plan.changes.length + changes.length + armed.length === 0) return []
    const facts = {
      ...this.#deed,
      outcome: 'failed',
      problems: [],
      changes,
      closes: this.#deed.closes?.token ?? null,
    } as const
    const waiting = plan.changes.length > 0 && asked.length > 0 ? [pendingCompanion(places, asked)] : []
    return [recorder.unfinished(facts, this.#snapshot), ...waiting, ...armed]
  }

  /** For the lock of a database. */
  get #command(): string {
    return this.#deed.command
  }

  #configuration(): Records {
    return databaseLoader(this.#context)('configuration')
  }

  /** A one-shot service whose program failed: what its new files say is not in force. */
  #notInForce(failed: readonly Adjustment[], managerOf: (unit: Unit) => ServiceManager): string | undefined {
    const one = failed.find(({ unit }) => managerOf(unit).oneShot === true)
    return one === undefined ? undefined : `${one.service} could not be brought into force`
  }
}

/** A service that has ended cannot be told to read its files again. */
function startOf(adjustment: Adjustment): Adjustment {
  return { ...adjustment, actions: ['start'] }
}
