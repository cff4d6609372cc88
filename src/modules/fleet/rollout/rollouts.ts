import { messageOf, refusal } from '../../../base/failure.ts'
import { integer, objectOf, type TypeOf, text } from '../../../base/shape.ts'
import type { Places } from '../../../system/places.ts'
import { StateFile } from '../../../system/state-file.ts'
import { fleetFile, fleetState, type Member, needController } from '../member.ts'
import { BY_CONTROLLERS, refusedStatement, type Statement, signed, verified } from '../release/signed.ts'
import type { Entry } from '../store/store.ts'
import { type Rollout, rollout } from './rollout.ts'

/** A roll-out as it stands in the store. */
type Said = TypeOf<typeof said>
const said = objectOf({
  fleet: text,
  /** Grows with every change, so that a former one cannot be put back. */
  step: integer,
  rollout,
})

const ROLLOUT: Statement<Said> = { kind: 'roll-out', by: BY_CONTROLLERS, form: '1', shape: said }

/** The newest step that this controller has seen: older ones are refused. */
export const SEEN = new StateFile<{ readonly step: number }>(
  'rollout.json',
  {
    what: 'the note of the newest step of a roll-out',
    shape: objectOf({ step: integer }),
    wayOut: 'Remove it. Then an old step could be put back in the store, once.',
  },
  fleetState,
)

/** A roll-out, and the revision of its key. */
export interface Found {
  readonly rollout: Rollout
  readonly revision: number
}

/** Reads and writes roll-outs: who takes over the store can neither open a wave, nor put back a former state. */
export class Rollouts {
  readonly #places: Places
  readonly #member: Pick<Member, 'fleet' | 'signer'>
  /** What was read last: the leader looks again and again. */
  #known: { readonly entry: Entry; readonly found: Found } | undefined

  constructor(places: Places, member: Pick<Member, 'fleet' | 'signer'>) {
    this.#places = places
    this.#member = member
  }

  /** @throws Failure (refused) if no controller has written it, or it is older than one that was here */
  read(entry: Entry | undefined): Found | undefined {
    if (entry === undefined) return undefined
    if (this.#known?.entry !== entry) this.#known = { entry, found: this.#read(entry) }
    return this.#known.found
  }

  #read({ value, revision }: Entry): Found {
    const { fleet, step, rollout: read } = this.#verified(value)
    const refuse = (why: string) =>
      refusal(refusedStatement(ROLLOUT.kind, why).message, { hint: 'To begin a new one: gabarit fleet publish' })
    if (fleet !== this.#member.fleet) throw refuse(`is for the fleet ${fleet}, not ${this.#member.fleet}`)
    const seen = this.#seen()
    if (step < seen)
      throw refuse('in the store is older than one that was there: somebody has put it back, or etcd has an old backup')
    if (step > seen) this.#note(step)
    return { rollout: read, revision }
  }

  #verified(value: string): Said {
    try {
      return verified(ROLLOUT, value, this.#member.signer)
    } catch (error) {
      throw refusal(messageOf(error), { hint: 'Somebody has changed the store. A new one: gabarit fleet publish' })
    }
  }

  /** The agent and a command may read it at the same time. */
  #note(step: number): void {
    fleetState(this.#places).withLock(SEEN.name, 'the note of the newest step of a roll-out', 'gabarit fleet', () => {
      if (step > this.#seen()) SEEN.write(this.#places, { step })
    })
  }

  /**
   * What is written into the store: one step further than all that was seen here. It is the time in milliseconds where possible, so
   * that it is also further than what only another controller has seen, if the store was put back to a backup.
   */
  text(next: Rollout): string {
    const step = Math.max(this.#seen() + 1, Date.now())
    return signed(ROLLOUT, { fleet: this.#member.fleet, step, rollout: next }, fleetFile(this.#places, 'signing'))
  }

  #seen(): number {
    return SEEN.read(this.#places)?.step ?? 0
  }
}

/** @throws Failure (refused) if this host is no controller */
export function openRollouts(places: Places): Rollouts {
  return new Rollouts(places, needController(places))
}
