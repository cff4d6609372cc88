import { Failure, orFailure } from '../../../base/failure.ts'
import type { Places } from '../../../system/places.ts'
import { type Kind, StateFile } from '../../../system/state-file.ts'
import { type Authority, authorityState, type Clock } from '../world.ts'
import { type Entry, type Failed, type Issued, isEntry, relevant } from './entries.ts'
import { judge, type Order, type Ruling } from './judge.ts'
import { LIMITS } from './limits.ts'
import { pauseIn } from './retry-after.ts'

/** The result of a request to an authority. `said`: the output of the client. */
export type OrderOutcome = Issued | (Failed & { readonly said: string }) | { readonly kind: 'account' }

const LEDGER: Kind<readonly Entry[]> = {
  what: 'the ledger of the authority',
  shape: value => {
    if (Array.isArray(value) && value.every(isEntry)) return value
    throw new Error('it is not a list of entries')
  },
  wayOut: 'Until this is fixed, the authority is not asked. If you remove the file, its recent requests are forgotten.',
  format: entries => `[\n${entries.map(entry => `  ${JSON.stringify(entry)}`).join(',\n')}\n]`,
}

/** The requests to one authority, so that its limits are known before the next one. */
export class Ledger {
  readonly #places: Places
  readonly #file: StateFile<readonly Entry[]>
  readonly #authority: Authority
  readonly #clock: Clock

  constructor(places: Places, authority: Authority, clock: Clock) {
    this.#places = places
    this.#authority = authority
    this.#clock = clock
    this.#file = new StateFile('ledger.json', LEDGER, on => authorityState(on, authority))
  }

  /**
   * Whether the authority would accept this order. Sends no request.
   * @throws Failure (refused) if the ledger is damaged
   */
  before(order: Order): Ruling {
    return judge(order, this.#read(), LIMITS[this.#authority.mode], this.#clock.now().getTime())
  }

  /**
   * Records the result of an order. The output of a failure is searched for a pause that the authority demands, which then
   * applies until its time. The file is replaced atomically: a crash leaves the old entries or the new ones.
   * @throws Failure (refused) if the ledger is damaged
   */
  record(outcome: OrderOutcome): void {
    const at = this.#clock.now().getTime()
    const state = authorityState(this.#places, this.#authority)
    state.withLock(this.#file.name, LEDGER.what, 'gabarit letsencrypt', () => {
      const known = this.#read()
      if (isNoted(outcome, known)) return
      this.#file.write(this.#places, relevant([...known, ...entriesOf(outcome, at)], at))
    })
  }

  /** What is wrong with the ledger, and what to do; undefined if nothing is. */
  damage(): Failure | undefined {
    const found = orFailure(() => this.#read())
    return found instanceof Failure ? found : undefined
  }

  #read(): readonly Entry[] {
    return this.#file.read(this.#places) ?? []
  }
}

/** A run killed after recording a certificate, but before it was in the history, records it again. */
function isNoted(outcome: OrderOutcome, known: readonly Entry[]): boolean {
  if (outcome.kind !== 'issued' || outcome.certificate === undefined) return false
  return known.some(entry => entry.kind === 'issued' && entry.certificate === outcome.certificate)
}

/** An order refused because of the limits is not a failed authorization, and does not count as an order. */
function entriesOf(outcome: OrderOutcome, at: number): Entry[] {
  if (outcome.kind !== 'failed') return [{ ...outcome, at }]
  const { names, failedNames, said } = outcome
  const failure: Entry = { kind: 'failed', at, names, failedNames }
  const pause = pauseIn(said, at)
  if (pause === undefined) return [failure]
  return [{ kind: 'pause', at, names, ...pause }, ...(failedNames.length > 0 ? [failure] : [])]
}
