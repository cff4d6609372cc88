import { Failure } from '../../../base/failure.ts'
import type { Places } from '../../../system/places.ts'
import { type Kind, StateFile } from '../../../system/state-file.ts'
import { authorityState } from '../authority.ts'
import type { Authority, Clock } from '../types.ts'
import { type Entry, isEntry, relevant } from './entries.ts'
import { type Answer, judge, type Order } from './judge.ts'
import { LIMITS } from './limit-table.ts'
import { registeredDomain } from './public-suffix.apart.ts'
import { pauseIn } from './retry-after.ts'

/** How it ended when an authority was asked. */
export type Outcome =
  /** `renewal`: as in the {@link Order}; absent: no. `certificate`: its fingerprint; one is counted once */
  | {
      readonly kind: 'issued'
      readonly names: readonly string[]
      readonly renewal?: boolean
      readonly certificate?: string
    }
  | {
      readonly kind: 'failed'
      readonly names: readonly string[]
      /** Those whose authorization failed. */
      readonly failedNames: readonly string[]
      /** What the client printed. */
      readonly said: string
    }
  | { readonly kind: 'account' }

const LEDGER: Kind<readonly Entry[]> = {
  what: 'the ledger of the authority',
  shape: value => {
    if (Array.isArray(value) && value.every(isEntry)) return value
    throw new Error('it is not a list of entries')
  },
  wayOut:
    'Until then this authority is not asked. Remove the file: then nobody knows what was asked of it in the last days.',
  format: entries => `[\n${entries.map(entry => `  ${JSON.stringify(entry)}`).join(',\n')}\n]`,
}

/** What was asked of one authority, so that its limits are known before it is asked again. */
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
   * Would the authority take this order? Asks nobody.
   * @throws Failure (refused) when the ledger is damaged
   */
  before(order: Order): Answer {
    const rules = { limits: LIMITS[this.#authority.mode], domainOf: registeredDomain }
    return judge(order, this.#read(), rules, this.#clock.now().getTime())
  }

  /**
   * Notes what came of an order. What was said of a failure is searched for the authority's own wish to wait, which then
   * counts until its time. The file is replaced as a whole: a crash leaves the old entries or the new ones.
   * @throws Failure (refused) when the ledger is damaged
   */
  record(outcome: Outcome): void {
    const at = this.#clock.now().getTime()
    const lock = authorityState(this.#places, this.#authority).lock(this.#file.name, LEDGER.what, 'gabarit letsencrypt')
    try {
      const known = this.#read()
      if (isNoted(outcome, known)) return
      this.#file.write(this.#places, relevant([...known, ...entriesOf(outcome, at)], at))
    } finally {
      lock.release()
    }
  }

  /** What is wrong with the ledger, and what to do; undefined when nothing is. */
  damage(): Failure | undefined {
    try {
      this.#read()
      return undefined
    } catch (error) {
      if (error instanceof Failure) return error
      throw error
    }
  }

  #read(): readonly Entry[] {
    return this.#file.read(this.#places) ?? []
  }
}

/** Who was killed behind the note and before the certificate was in the history notes it again. */
function isNoted(outcome: Outcome, known: readonly Entry[]): boolean {
  if (outcome.kind !== 'issued' || outcome.certificate === undefined) return false
  return known.some(entry => entry.kind === 'issued' && entry.certificate === outcome.certificate)
}

/** An order that the authority refused for its limits made no failed authorization, and did not count as an order. */
function entriesOf(outcome: Outcome, at: number): Entry[] {
  if (outcome.kind === 'account') return [{ kind: 'account', at }]
  if (outcome.kind === 'issued') return [{ ...outcome, at, renewal: outcome.renewal ?? false }]
  const { names, failedNames, said } = outcome
  const pause = pauseIn(said, at)
  return pause === undefined
    ? [{ kind: 'failed', at, names, failedNames }]
    : [{ kind: 'pause', at, names, ...pause }, ...(failedNames.length > 0 ? [failure(at, names, failedNames)] : [])]
}

function failure(at: number, names: readonly string[], failedNames: readonly string[]): Entry {
  return { kind: 'failed', at, names, failedNames }
}
