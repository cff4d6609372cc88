import { mapOf, objectOf, partOf, type TypeOf, text } from '../base/shape.ts'
import type { Places } from '../system/places.ts'
import { indented, inOrder, StateFile } from '../system/state-file.ts'

/** Why a file is kept as a person left it. */
const pin = objectOf({
  note: text,
  /** When it was pinned, ISO 8601 in UTC. */
  time: text,
  user: text,
})

/** The files that plans must not overwrite, by their path on the server. */
export type Pins = ReadonlyMap<string, TypeOf<typeof pin>>

export const PINS = new StateFile<Pins>('pins.json', {
  what: 'the list of pinned files',
  shape: partOf('pins', mapOf(pin)),
  wayOut: 'Restore it from a backup. Or move it away and pin the files again: until then events overwrite them.',
  format: pins => indented({ version: 1, pins: inOrder(pins) }),
})

/**
 * Reads the pins; none if the file is missing.
 * @throws Failure (refused) if it is damaged: pinned files would be overwritten
 */
export function readPins(places: Places): Pins {
  return PINS.read(places) ?? new Map()
}
