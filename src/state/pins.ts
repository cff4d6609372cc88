import { isDeepStrictEqual } from 'node:util'
import { mapOf, objectOf, orNull, partOf, recordOf, type TypeOf, text } from '../base/shape.ts'
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

/** The pins before and after a change. */
export interface PinChange {
  readonly before: Pins
  readonly after: Pins
}

/** Former pins, by path; null: the file was not pinned. */
export type FormerPins = TypeOf<typeof formerPinsShape>
export const formerPinsShape = recordOf(orNull(pin))

/** What takes a change of pins back. */
export function formerPins({ before, after }: PinChange): FormerPins {
  const changed = [...after].filter(([path, pin]) => !isDeepStrictEqual(pin, before.get(path)))
  return Object.fromEntries(changed.map(([path]) => [path, before.get(path) ?? null]))
}

/** The pins with these as they were. */
export function withFormerPins(pins: Pins, former: FormerPins): Pins {
  const all = new Map(pins)
  for (const [path, pin] of Object.entries(former))
    if (pin === null) all.delete(path)
    else all.set(path, pin)
  return all
}

/**
 * Reads the pins; none if the file is missing.
 * @throws Failure (refused) if it is damaged: pinned files would be overwritten
 */
export function readPins(places: Places): Pins {
  return PINS.read(places) ?? new Map()
}
