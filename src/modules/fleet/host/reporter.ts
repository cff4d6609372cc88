import { messageOf } from '../../../base/failure.ts'
import { takeAddresses } from '../cluster/addresses.ts'
import { fleetFile } from '../member.ts'
import { reportText } from '../rollout/reports.ts'
import type { Status } from '../rollout/status.ts'
import { sleep } from '../rollout/wakeup.ts'
import { statusKey } from '../store/keys.ts'
import { standOf } from './host-status.ts'
import type { HostMeans } from './means.ts'
import type { Notes } from './notes.ts'
import { UNREACHED } from './reaching.ts'
import { Renewal } from './renewal.ts'
import { ReportCount } from './report-count.ts'
import { healthOf } from './services.ts'

/** Seconds after the end of a soak: the first report may arrive a little too early for the leader's clock. */
const AFTER_SOAK = [1, 10]

/** Writes the status of a host into the store, again and again: a host that is not heard of counts as silent. */
export class Reporter {
  readonly #means: HostMeans
  readonly #notes: () => Notes
  /** Why the last report did not arrive: it is told once. */
  #problem = ''
  /** Why this host does not take over where the store is. */
  #lost = ''
  #last = Promise.resolve()
  readonly #count: ReportCount
  readonly #renewal: Renewal

  /** @param notes of the agent, as they are now */
  constructor(means: HostMeans, notes: () => Notes) {
    this.#means = means
    this.#notes = notes
    this.#count = new ReportCount(means.places)
    this.#renewal = new Renewal(means.places, means)
  }

  /** Until the signal. Hosts that were started at the same moment do not report at the same moment for long. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.report()
      await this.#follow()
      await sleep(this.#means.interval() * (1 + Math.random() / 10), signal)
    }
  }

  /** Says once more how the host is when the soak of a release has ended, instead of with the next interval. */
  reportAfter(soak: number, signal: AbortSignal): void {
    if (soak === 0) return
    for (const later of AFTER_SOAK)
      void sleep((soak + later) * 1000, signal).then(() => (signal.aborted ? undefined : this.report()))
  }

  /** Reports once; one report after the other, so that an older one never comes last. */
  report(): Promise<void> {
    this.#last = this.#last.then(() => this.#write())
    return this.#last
  }

  /** Takes over where the store is. What is no list of addresses is told once. */
  async #follow(): Promise<void> {
    const { store, places, tell, beginAgain } = this.#means
    try {
      if (await takeAddresses(store, places)) beginAgain('has heard where the store is')
      this.#lost = ''
    } catch (error) {
      const problem = messageOf(error)
      if (problem !== this.#lost && this.#problem === '') tell(problem)
      this.#lost = problem
    }
  }

  async #write(): Promise<void> {
    const { store, fleet, host, places, system, drift, tell, beginAgain } = this.#means
    try {
      const [health, differs, request] = await Promise.all([healthOf(places, system), drift(), this.#renewal.request()])
      const status: Status = { ...standOf(places, this.#notes()), health, drift: differs }
      const said = { fleet, host, count: this.#count.next(), status, request }
      await store.commit([], [{ key: statusKey(host), value: reportText(said, fleetFile(places, 'key')) }])
      if (request !== '' && (await this.#renewal.take(store))) beginAgain('has a new certificate')
      if (this.#problem !== '') tell('reports arrive again')
      if (this.#problem !== '' || UNREACHED.read(places) !== undefined) UNREACHED.remove(places)
      this.#problem = ''
    } catch (error) {
      const problem = messageOf(error)
      if (problem === this.#problem) return
      tell(`the report did not arrive: ${problem}`)
      UNREACHED.write(places, { problem, since: UNREACHED.read(places)?.since ?? new Date().toISOString() })
      this.#problem = problem
    }
  }
}
