import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, messageOf, refusal } from '../../../base/failure.ts'
import { writeFileAtomically } from '../../../system/atomic-write.ts'
import { withLock } from '../../../system/lock.ts'
import { textOf } from '../../../system/read-files.ts'
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

/** What was asked of one authority, so that its limits are known before it is asked again. */
export class Ledger {
  readonly #file: string
  readonly #authority: Authority
  readonly #clock: Clock

  constructor(authority: Authority, clock: Clock) {
    this.#authority = authority
    this.#clock = clock
    this.#file = join(authority.folder, 'ledger.json')
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
    mkdirSync(this.#authority.folder, { recursive: true, mode: 0o700 })
    withLock(`${this.#file}.lock`, { what: 'the ledger of the authority', command: 'gabarit letsencrypt' }, () => {
      const known = this.#read()
      if (isNoted(outcome, known)) return
      const entries = relevant([...known, ...entriesOf(outcome, at)], at)
      const lines = entries.map(entry => `  ${JSON.stringify(entry)}`)
      writeFileAtomically(this.#file, `[\n${lines.join(',\n')}\n]\n`, { mode: 0o600, locked: true })
    })
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
    try {
      const text = textOf(this.#file)
      if (text === undefined) return []
      const list: unknown = JSON.parse(text)
      if (Array.isArray(list) && list.every(isEntry)) return list
      throw new Error('it is not a list of entries')
    } catch (error) {
      throw refusal(`the ledger of the authority is damaged: ${messageOf(error)}`, {
        where: this.#file,
        hint: 'Until then this authority is not asked. Remove the file: then nobody knows what was asked of it in the last days.',
        cause: error,
      })
    }
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
