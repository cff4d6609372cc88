import { messageOf } from '../../../base/failure.ts'
import { MEMBERS_PREFIX, orderKey, ROLLOUT_KEY, STATUS_PREFIX } from '../store/keys.ts'
import type { Change, Entry, Store } from '../store/store.ts'
import { decide } from './decide.ts'
import type { Term } from './election.ts'
import { Mirror } from './mirror.ts'
import { afterAbsence, type Observed, observe, type Report } from './observed.ts'
import { type MakeCertificate, Renewals } from './renewals.ts'
import type { Rollout } from './rollout.ts'
import type { Rollouts } from './rollouts.ts'
import { SilentList } from './silent.ts'
import { Wakeup } from './wakeup.ts'

/** Milliseconds after which the leader looks again although nothing was told: time passes, too. */
const TICK = 1000
/** Orders in one commit: etcd takes 128 changes. */
const AT_ONCE = 50

/** What stands below a prefix, by the names there. */
export type Entries = ReadonlyMap<string, Entry>

/** What a leader needs besides the store. */
export interface Leadership {
  readonly rollouts: Pick<Rollouts, 'read' | 'text'>
  /** What hosts report, from what stands in the store of their reports and of themselves. */
  readonly reportsOf: (reports: Entries, members: Entries) => ReadonlyMap<string, Report>
  readonly certificateFor: MakeCertificate
  /** The signed order for a host. */
  readonly orderOf: (host: string, rollout: Rollout) => Promise<string>
  /** Milliseconds between two reports of a host. */
  readonly interval: () => number
  readonly tell: (text: string) => void
}

/** Leads roll-outs for a term. Every step is one commit that compares the roll-out and the leader. */
export class Leader {
  readonly #store: Store
  readonly #term: Term
  readonly #with: Leadership
  readonly #members: Mirror
  readonly #reports: Mirror
  readonly #rollout: Mirror
  readonly #silent: SilentList
  readonly #renewals: Renewals
  #observed: ReadonlyMap<string, Observed> = new Map()
  /** When the orders of this attempt were placed. A leader that follows places the same ones again: nothing changes for hosts. */
  #placed = new Map<string, number>()
  #attempt = ''
  readonly #wakeup = new Wakeup()
  /** Why the last step failed: it is told once, not with every look. */
  #problem = ''

  constructor(store: Store, term: Term, leadership: Leadership) {
    this.#store = store
    this.#term = term
    this.#with = leadership
    this.#members = new Mirror(store, MEMBERS_PREFIX)
    this.#reports = new Mirror(store, STATUS_PREFIX)
    this.#rollout = new Mirror(store, ROLLOUT_KEY)
    this.#silent = new SilentList(store, term.fence)
    this.#renewals = new Renewals(store, term.fence, leadership.certificateFor)
  }

  /** Until the term ends. */
  async lead(): Promise<void> {
    const { signal } = this.#term
    const mirrors = [this.#members, this.#reports, this.#rollout]
    const lost = (why: string) => this.#with.tell(why)
    const watches = mirrors.map(mirror => mirror.follow(this.#wakeup.ring, lost, signal))
    const watching = Promise.all(watches).catch(error => this.#with.tell(messageOf(error)))
    let away = false
    while (!signal.aborted) {
      const isWhole = mirrors.every(mirror => mirror.isWhole)
      if (away && isWhole) this.#observed = afterAbsence(this.#observed, performance.now())
      away = !isWhole
      const again = isWhole && (await this.#tryStep())
      if (!again) await this.#wakeup.wait(TICK, signal)
    }
    await watching
  }

  async #tryStep(): Promise<boolean> {
    try {
      const more = await this.#step()
      this.#problem = ''
      return more
    } catch (error) {
      const problem = messageOf(error)
      if (problem !== this.#problem) this.#with.tell(problem)
      this.#problem = problem
      return false
    }
  }

  /** @returns whether there may be more to do at once */
  async #step(): Promise<boolean> {
    const now = performance.now()
    const reports = this.#with.reportsOf(this.#reports.entries, this.#members.entries)
    this.#observed = observe(this.#observed, reports, this.#members.entries.keys(), now)
    await this.#silent.update(this.#observed, this.#with.interval(), now)
    for (const host of await this.#renewals.answer(reports)) this.#with.tell(`${host} has a new certificate`)
    const found = this.#with.rollouts.read(this.#rollout.entries.get(''))
    if (found === undefined) return false
    const { rollout, revision } = found
    this.#forgetFormer(rollout)
    const view = { rollout, observed: this.#observed, placed: this.#placed, interval: this.#with.interval(), now }
    const decision = decide(view)
    if (decision.do === 'wait') return false
    if (decision.do === 'place') return this.#place(decision.hosts.slice(0, AT_ONCE), rollout, revision)
    const text = this.#with.rollouts.text(decision.rollout)
    if (await this.#commit(revision, [{ key: ROLLOUT_KEY, value: text }])) this.#with.tell(describe(decision.rollout))
    // The watch tells of the change.
    return false
  }

  async #place(hosts: readonly string[], rollout: Rollout, revision: number): Promise<boolean> {
    const orders = await Promise.all(
      hosts.map(async host => ({ key: orderKey(host), value: await this.#with.orderOf(host, rollout) })),
    )
    if (!(await this.#commit(revision, orders))) return false
    for (const host of hosts) this.#placed.set(host, performance.now())
    return true
  }

  #commit(revision: number, changes: readonly Change[]): Promise<boolean> {
    return this.#store.commit([{ key: ROLLOUT_KEY, revision }, this.#term.fence], changes)
  }

  #forgetFormer({ release, attempt }: Rollout): void {
    const name = `${release} ${attempt}`
    if (name !== this.#attempt) this.#placed = new Map()
    this.#attempt = name
  }
}

function describe({ release, state, wave, waves, reason }: Rollout): string {
  if (state === 'halted') return `release ${release} is halted: ${reason}`
  return state === 'done'
    ? `release ${release} is everywhere`
    : `release ${release}: wave ${wave + 1} of ${waves.length}`
}
