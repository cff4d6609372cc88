import { EXIT, Failure, messageOf, orFailure, orUndefined } from '../../../base/failure.ts'
import { isObject } from '../../../base/is-object.ts'
import { sha256 } from '../../../base/sha256.ts'
import type { Confirmation } from '../../../state/confirmation.ts'
import type { Order } from '../release/order.ts'
import { toldOnce } from '../rollout/told-once.ts'
import { sleep, Wakeup } from '../rollout/wakeup.ts'
import { orderKey } from '../store/keys.ts'
import { standOf } from './host-status.ts'
import type { HostMeans } from './means.ts'
import { type Notes, readNotes, writeNotes } from './notes.ts'
import { Reporter } from './reporter.ts'
import { servicesThatAreDown } from './services.ts'
import { reasonOf, type Taken, Taking } from './taking.ts'

/** An order whose taking was killed so often before anything was in place is given up. */
const MOST_TRIES = 3
/** Milliseconds between two looks at what must come true. */
const PACE = 1000

/** Takes what the controllers order, proves each change or lets it go back, and reports. */
export class HostAgent {
  readonly #means: HostMeans
  readonly #taking: Taking
  readonly #reporter: Reporter
  #notes: Notes
  readonly #wakeup = new Wakeup()

  constructor(means: HostMeans) {
    this.#means = means
    this.#taking = new Taking(means.places, means.system)
    this.#notes = readNotes(means.places)
    this.#reporter = new Reporter(means, () => this.#notes)
  }

  /** Until the signal. What cannot be done now is tried again with the next report. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, host, tell } = this.#means
    const watch = store.watch(orderKey(host), this.#wakeup.ring, signal).catch(error => tell(messageOf(error)))
    const reports = this.#reporter.run(signal)
    const tryToLook = toldOnce(tell, () => this.#look(signal))
    while (!signal.aborted) {
      await tryToLook()
      await this.#wakeup.wait(this.#means.interval(), signal)
    }
    await Promise.all([watch, reports])
  }

  async #look(signal: AbortSignal): Promise<void> {
    // A process that another agent has started, or somebody at this host.
    while (this.#taking.isRunning() && !signal.aborted) await sleep(PACE, signal)
    if (this.#taking.waiting() !== undefined) await this.#after(this.#taking.taken(), signal)
    const entry = await this.#means.store.get(orderKey(this.#means.host))
    if (entry === undefined || signal.aborted) return
    const order = sha256(entry.value)
    const isNew = order !== this.#notes.order
    if (isNew) this.#note({ order, tries: 0, down: await this.#downNow(), doubt: '', refused: null })
    if (isNew || this.#hasToTryAgain()) await this.#take(entry.value, signal)
  }

  /** It was interrupted before anything was in place, or could not be fetched. */
  #hasToTryAgain(): boolean {
    return this.#notes.tries > 0 && this.#notes.tries < MOST_TRIES
  }

  async #take(order: string, signal: AbortSignal): Promise<void> {
    this.#note({ tries: this.#notes.tries + 1 })
    const taken = await this.#taking.take()
    if (signal.aborted) return
    await this.#after(taken, signal)
    this.#conclude(order, taken)
    const { release, state, reason } = standOf(this.#means.places, this.#notes)
    this.#means.tell(`release ${release}: ${state}${reason === '' ? '' : `: ${reason}`}`)
    await this.#reporter.report()
    if (state === 'confirmed') this.#reporter.reportAfter(saidIn(order).soak, signal)
  }

  /** Whether the order is dealt with, and what to say of one that has no other note. */
  #conclude(order: string, taken: Taken): void {
    const { soak: _, ...turn } = saidIn(order)
    const { release, attempt, state } = standOf(this.#means.places, this.#notes)
    const isSettled = release === turn.release && attempt === turn.attempt && state !== 'applying'
    const { status } = taken
    if (isSettled || status === EXIT.done) this.#note({ tries: 0 })
    // What cannot be fetched, or waits for somebody's own change, is no fault of the release: that passes.
    else if (status === EXIT.failed) this.#note({ tries: 1 })
    else if (status === undefined && this.#notes.tries < MOST_TRIES) this.#wakeup.ring()
    else this.#note({ tries: 0, refused: { ...turn, reason: reasonOf(taken) } })
  }

  /** A change waits for its proof, unless the process that made it was killed: then it is not whole, and goes back at once. */
  async #after({ status }: Taken, signal: AbortSignal): Promise<void> {
    const waiting = this.#taking.waiting()
    if (waiting === undefined) return
    if (status === EXIT.done) return this.#prove(waiting, signal)
    await this.#taking.cancel()
  }

  /** Keeps the change as soon as it has proved itself; else its window ends, and it goes back. */
  async #prove({ token }: Confirmation, signal: AbortSignal): Promise<void> {
    void this.#reporter.report()
    for (;;) {
      const waiting = this.#taking.waiting()
      // What could not go back is told by status and doctor; it stays.
      if (signal.aborted || waiting?.token !== token || waiting.problem !== null) return
      const doubt = (await this.#doubt()) ?? ''
      if (doubt !== this.#notes.doubt) this.#note({ doubt })
      if (doubt === '' && !signal.aborted && (await this.#taking.keep())) return
      await sleep(PACE, signal)
    }
  }

  /** Why this host cannot be sure of the change: a service that ran before does not, or the store is out of reach. */
  async #doubt(): Promise<string | undefined> {
    const { places, system, store, host } = this.#means
    const down = await servicesThatAreDown(places, system)
    const ill = [...down].flatMap(([record, sentence]) => (this.#notes.down.includes(record) ? [] : [sentence]))
    if (ill.length > 0) return ill.join('\n')
    try {
      // Only a new connection says that this host can be reached as it is now.
      store.close()
      await store.get(orderKey(host))
      return undefined
    } catch (error) {
      return messageOf(error)
    }
  }

  async #downNow(): Promise<readonly string[]> {
    const { places, system } = this.#means
    return [...(await servicesThatAreDown(places, system)).keys()]
  }

  #note(more: Partial<Notes>): void {
    this.#notes = { ...this.#notes, ...more }
    // A full disk must not keep this host from telling why it refuses a release.
    const problem = orFailure(() => writeNotes(this.#means.places, this.#notes))
    if (problem instanceof Failure) this.#means.tell(problem.message)
  }
}

/** What an order says it is, for reports. Whether it is right, is judged by the process that takes it. */
function saidIn(order: string): Pick<Order, 'release' | 'attempt' | 'soak'> {
  const said: unknown = orUndefined(() => JSON.parse(JSON.parse(order).said))
  const { release, attempt, soak } = isObject(said) ? said : {}
  return { release: whole(release), attempt: whole(attempt), soak: whole(soak) }
}

const whole = (value: unknown) => (Number.isSafeInteger(value) ? Number(value) : 0)
