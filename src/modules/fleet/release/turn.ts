import { hash, integer, objectOf, oneOf, type TypeOf, text } from '../../../base/shape.ts'
import { NOTHING_OWNED, OWNED } from '../../../db/owned.ts'
import { CONFIRMATION } from '../../../state/confirmation.ts'
import type { HistoryEntry } from '../../../state/history/entry.ts'
import { History } from '../../../state/history/history.ts'
import type { Places } from '../../../system/places.ts'
import { StateFile } from '../../../system/state-file.ts'
import { fleetState } from '../member.ts'
import type { Order, Turn } from './order.ts'

/** The newest order that was right, and what became of it. */
type LastTurn = TypeOf<typeof lastTurn>
const lastTurn = objectOf({
  release: integer,
  attempt: integer,
  /** Of its bundle. */
  sha256: hash,
  state: oneOf('taking', 'refused'),
  reason: text,
  /** The newest entry of the history before it. */
  base: integer,
})

export const LAST_TURN = new StateFile<LastTurn>(
  'last-order.json',
  {
    what: 'the note of the newest order',
    shape: lastTurn,
    wayOut: 'Move it away. Then an old order could be replayed here, once.',
  },
  fleetState,
)

/** What became of the newest order. */
export interface TurnState extends Turn {
  /** The release that is in effect; 0: none yet. */
  readonly at: number
  /** `applying`: it waits for its confirmation, or was interrupted before anything was in place. */
  readonly state: 'none' | 'applying' | 'confirmed' | 'went back' | 'refused'
  readonly reason: string
  /** The entry in the history. */
  readonly entry: number | null
  /** Whether it is in place, and goes back unless it is confirmed. */
  readonly waits: boolean
}

/** What this host has seen last: older orders are refused. */
export function seenTurn(places: Places): Turn & { readonly sha256?: string | undefined } {
  return LAST_TURN.read(places) ?? { release: 0, attempt: 0 }
}

/** Notes that an order is right and is being taken. From now on, no older one is. The caller holds the event lock. */
export function noteTaking(places: Places, { release, attempt, bundle }: Order): void {
  const base = new History(places).nextId() - 1
  LAST_TURN.write(places, { release, attempt, sha256: bundle.sha256, state: 'taking', reason: '', base })
}

/** Notes why an order that is right could not be carried out. It is not tried again. */
export function noteRefused(places: Places, { release, attempt, bundle }: Order, reason: string): void {
  const base = new History(places).nextId() - 1
  LAST_TURN.write(places, { release, attempt, sha256: bundle.sha256, state: 'refused', reason, base })
}

/**
 * What became of the newest order. What is in effect is told by the list of what the fleet owns, which goes back with everything
 * else; why it went back is told by the history.
 */
export function turnState(places: Places): TurnState {
  const owned = OWNED.read(places) ?? NOTHING_OWNED
  const last = LAST_TURN.read(places)
  const at = owned.release
  if (last === undefined) return { at, release: 0, attempt: 0, state: 'none', reason: '', entry: null, waits: false }
  const { release, attempt, base } = last
  const entries = new History(places).after(base)
  const mine = entries.find(({ command, args }) => command === 'fleet' && args[1] === turnName(last))
  const common = { at, release, attempt, entry: mine?.id ?? null, waits: false }
  if (last.state === 'refused') return { ...common, state: 'refused', reason: last.reason }
  const open = CONFIRMATION.read(places)
  const waits = open?.command === 'fleet' && open.args[1] === turnName(last)
  if (waits) return { ...common, state: 'applying', reason: '', waits }
  if (owned.release === release && owned.attempt === attempt) return { ...common, state: 'confirmed', reason: '' }
  if (mine === undefined) return { ...common, state: 'applying', reason: '' }
  return { ...common, state: 'went back', reason: whyBack(mine, entries) }
}

/** What stands in the history for an order: `12.1`. */
export function turnName({ release, attempt }: Turn): string {
  return `${release}.${attempt}`
}

function whyBack(mine: HistoryEntry, entries: readonly HistoryEntry[]): string {
  if (mine.outcome === 'rolled back') return mine.problems.join('; ')
  const back = entries.find(({ id, via }) => id > mine.id && via === 'confirmation')
  return [back?.comment ?? 'it was rolled back', ...mine.problems].join('; ')
}
