import { integer, listOf, objectOf, orNull, type TypeOf, text } from '../../../base/shape.ts'
import { StateFile } from '../../../system/state-file.ts'
import { fleetState } from '../member.ts'

/** Held by the agent as long as it lives. */
export const AGENT_LOCK = 'agent.lock'

/** What the agent of a host remembers of the order that it deals with, so that another process can go on after it. */
export type Notes = TypeOf<typeof notes>
const notes = objectOf({
  /** The hash of the order. */
  order: text,
  /** How often it was tried: one that is killed again and again is given up. */
  tries: integer,
  /** Services that did not run before: they prove nothing. */
  down: listOf(text),
  /** Why the change was not kept; else empty. */
  doubt: text,
  /** What the order says it is, and why it was not even tried; null if it was. */
  refused: orNull(objectOf({ release: integer, attempt: integer, reason: text })),
})

const NOTES = new StateFile<Notes>(
  'agent.json',
  { what: 'the notes of the agent', shape: notes, wayOut: 'Remove it. The last order is then looked at once more.' },
  fleetState,
)

type Places = Parameters<typeof fleetState>[0]

/** What was noted last. */
export function readNotes(places: Places): Notes {
  return NOTES.read(places) ?? { order: '', tries: 0, down: [], doubt: '', refused: null }
}

/** Only the agent writes them. */
export function writeNotes(places: Places, notes: Notes): void {
  NOTES.write(places, notes)
}
