import { basename } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { EXIT, Failure } from '../base/failure.ts'
import { refuseDamagedDatabases } from '../db/all-databases.ts'
import type { Records } from '../db/record.ts'
import { type Context, makeContext } from '../plan/context.ts'
import { expandAll, goneTemplates } from '../plan/expand.ts'
import { type MadeFile, withMade } from '../plan/made.ts'
import type { Plan } from '../plan/plan.ts'
import { planOutputs } from '../plan/planner.ts'
import { keepRecall, readRecall } from '../plan/recalled.ts'
import { changeDatabases } from '../state/history/databases.ts'
import type { Asked } from '../state/history/entry.ts'
import { reasonOf } from '../system/atomic-write.ts'
import { refuseInterrupted, takeSignals } from '../system/interruption.ts'
import type { Request } from '../system/service/adjustment.ts'
import type { Recall } from '../template/recall.ts'
import { changeFiles } from '../transaction/before-change.ts'
import { opensByDefault, readWindow } from '../transaction/default-window.ts'
import type { Ends, EventLock, Means } from '../transaction/event-lock.ts'
import type { Reporter } from '../transaction/report.ts'
import type { Agreement, RunRequest } from '../transaction/run.ts'
import { Transaction } from '../transaction/transaction.ts'
import type { Action } from './action.ts'
import { actionOf, isShipped } from './actions.ts'
import { refuseWrongNumber, refuseWrongRecords } from './arguments.ts'
import { fillDatabases, runHandler } from './handlers.ts'
import { type Event, type Handler, loadEvent, requestsOfEvent } from './load.ts'
import { refuseUnnamed } from './set-up.ts'
import { waitingFor } from './waiting.ts'

/** These events only prepare: the following boot starts the services (SME Server, adjust-services). */
const WITHOUT_SERVICES = new Set(['post-upgrade', 'bootstrap-console-save'])

const EXPANSION = 'S05generic_template_expand'

/** A signalled event with its options. */
export interface Signal extends Pick<RunRequest, 'confirmWithin'>, Pick<Context, 'judge' | 'mayOverwrite'> {
  /** Its first argument is the event. */
  readonly asked: Asked
  /** What is written must be what the person agreed to; default: nobody was asked. */
  readonly agreement?: Agreement
  /** Disables the event's own confirmation window. */
  readonly withoutWindow?: boolean
}

/**
 * Runs an event: its actions in byte order, expansion, validation and commit as one step at `S05`, and the services at `S90`.
 * If an action fails, the event fails, but the other actions still run. If one refuses, or the files cannot be generated,
 * everything stops: nothing is written and no service is touched.
 * @returns the exit status
 * @throws Failure for an unknown event or wrong arguments, or if another one holds the lock for too long
 */
export async function runEvent(signal: Signal, ends: Ends): Promise<number> {
  const [name = '', item] = signal.asked.args
  const event = loadEvent(ends.places, name, item)
  const args = signal.asked.args.slice(1)
  refuseWrongNumber(ends.places, event, args)
  refuseDamagedDatabases(ends.places)
  refuseUnnamed(ends.places, event)
  refuseWrongRecords(ends.places, event, args)
  return changeFiles(ends, `signal-event ${name}`, means => new EventRun(event, signal, means).run())
}

/**
 * Runs one action as if an event had nothing else: what it makes is committed, with an entry in the history.
 * @param file the action
 * @returns the exit status
 */
export function runAction(file: string, signal: Signal, ends: Ends): Promise<number> {
  const handler = { name: `S01${basename(file)}`, file, realFile: file }
  const event = {
    name: signal.asked.args[0] ?? '',
    folders: [],
    handlers: [handler],
    skipped: [],
    templates: [],
    services: [],
  }
  return changeFiles(ends, handler.name, means => new EventRun(event, signal, means).run())
}

/** The steps of one event. */
class EventRun {
  readonly #event: Event
  readonly #signal: Signal
  readonly #lock: EventLock
  readonly #report: Reporter
  readonly #context: Context
  /** Databases as they were when the files were generated. */
  readonly #replaced = new Map<string, Records>()
  /** What actions have made, by path. */
  readonly #made = new Map<string, MadeFile>()
  /** What actions ask of services. */
  readonly #requested: Request[] = []
  readonly #transaction: Transaction
  readonly #hasWindow: boolean

  constructor(event: Event, signal: Signal, { places, system, lock, report }: Means) {
    this.#event = event
    this.#signal = signal
    this.#lock = lock
    this.#report = report
    const { asked, judge, mayOverwrite } = signal
    this.#context = {
      ...makeContext(places, system, message => report({ kind: 'warning', message })),
      replaced: this.#replaced,
      made: this.#made,
      event: { name: event.name, args: asked.args.slice(1) },
      judge,
      mayOverwrite,
    }
    const own = lock.joined || signal.withoutWindow ? 'no' : readWindow(event.folders)
    const confirmWithin =
      signal.confirmWithin ?? (typeof own === 'number' && opensByDefault(this.#context) ? own : undefined)
    this.#hasWindow = confirmWithin !== undefined
    const windowOfServices = own === undefined && !WITHOUT_SERVICES.has(event.name)
    const request = { asked, confirmWithin, windowOfServices }
    this.#transaction = new Transaction(request, { context: this.#context, lock, report })
  }

  async run(): Promise<number> {
    for (const note of this.#event.skipped) this.#context.warn(note)
    for (const step of this.#steps()) {
      try {
        refuseInterrupted()
        if (step.name !== '') this.#report({ kind: 'step', step: step.name })
        await step.run()
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        this.#report({ kind: 'problem', message: error.describe() })
        return this.#transaction.finish(error)
      }
    }
    return this.#transaction.finish()
  }

  #steps(): { name: string; run: () => Promise<void> }[] {
    const { handlers, templates } = this.#event
    const steps = handlers.map(handler => ({ name: handler.name, run: () => this.#handle(handler) }))
    // An event without files can still have a window: its actions and the databases are reverted, too.
    const makes = handlers.some(handler => this.#ownAction(handler) !== undefined)
    if (templates.length > 0 || makes || this.#hasWindow) steps.push({ name: EXPANSION, run: () => this.#expand() })
    steps.push({ name: 'S90adjust-services', run: () => this.#adjust(() => this.#transaction.adjust(this.#listed())) })
    steps.sort((a, b) => compareBytes(a.name, b.name))
    // An action after S90 may have signalled another event.
    const last = { name: '', run: () => this.#adjust(() => this.#transaction.adjustJoined()) }
    return this.#lock.joined ? steps : [...steps, last]
  }

  async #handle(handler: Handler): Promise<void> {
    const { places } = this.#context
    if (isShipped(handler, places, 'initialize-default-databases')) {
      for (const failure of fillDatabases(places, this.#report)) this.#transaction.noteReported(failure.describe())
      return
    }
    const started = Date.now()
    const own = this.#ownAction(handler)
    const problem = own
      ? await this.#act(handler, await own())
      : await runHandler(handler, this.#context, this.#lock.token, this.#report)
    this.#report({ kind: 'handler', handler: handler.name, problem, milliseconds: Date.now() - started })
    if (problem !== undefined) this.#transaction.noteReported(`${handler.name} failed: ${problem}`)
  }

  /** The in-process action of a handler. After the files it runs as a program, which commits its own files. */
  #ownAction(handler: Handler): (() => Promise<Action>) | undefined {
    return compareBytes(handler.name, EXPANSION) < 0 ? actionOf(handler, this.#context.places) : undefined
  }

  /**
   * Runs an in-process action. What it created before it failed is committed, such as a revocation list.
   * @returns the problem, if any
   * @throws Failure (refused) if what it found must not be configured: the event ends before its files
   */
  async #act(handler: Handler, action: Action): Promise<string | undefined> {
    const tell = (line: string) => this.#report({ kind: 'handler-line', handler: handler.name, line })
    try {
      await action({
        context: this.#context,
        say: text => text.split('\n').forEach(tell),
        records: (verb, database, keys) => this.#report({ kind: 'records', verb, database, keys }),
        make: file => this.#made.set(file.path, file),
        request: (service, word) => this.#requested.push({ service, word, source: handler.name }),
        lasting: what => this.#transaction.noteLasting(what),
        change: changes => changeDatabases(this.#context.places, changes, handler.name),
      })
      return undefined
    } catch (error) {
      if (error instanceof Failure && error.status === EXIT.refused) throw error
      return reasonOf(error)
    }
  }

  async #expand(): Promise<void> {
    await takeSignals()
    for (const [name, records] of this.#transaction.takeSnapshot()) this.#replaced.set(name, records)
    for (const message of waitingFor(this.#event, this.#context)) this.#context.warn(message)
    const recall = readRecall(this.#context.places)
    await this.#transaction.commit(await this.#agreedPlan(recall), this.#listed())
    keepRecall(recall, this.#context.places)
    // What follows must see what later actions change.
    this.#replaced.clear()
  }

  /** A file may be edited while the person decides, so only a plan made after the answer counts. */
  async #agreedPlan(recall: Recall): Promise<Plan> {
    const { templates } = this.#event
    const { agreement } = this.#signal
    const owners = [...templates, ...goneTemplates(this.#context)]
    const outputs = expandAll(this.#context, templates, recall, this.#transaction.lasting)
    for (;;) {
      const plan = withMade(planOutputs(this.#context, outputs, owners), [...this.#made.values()], this.#context)
      if (agreement === undefined || agreement.covers(plan)) return plan
      const agreed = await agreement.ask(plan)
      // A signal ends the question like a no.
      refuseInterrupted()
      if (!agreed)
        throw new Failure('no file was changed: what would be written now was not agreed to', {
          hint: 'What earlier actions have done is kept. Signal the event again to see all of it.',
        })
    }
  }

  async #adjust(adjust: () => Promise<void>): Promise<void> {
    if (WITHOUT_SERVICES.has(this.#event.name)) this.#transaction.forgetRequests()
    else await adjust()
  }

  #listed(): Request[] {
    return WITHOUT_SERVICES.has(this.#event.name) ? [] : [...requestsOfEvent(this.#event), ...this.#requested]
  }
}
