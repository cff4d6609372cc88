import { integer, objectOf, oneOf, orNull, type TypeOf, text } from '../../../base/shape.ts'

/** What a host says of itself. It can lie only about itself. */
export type Status = TypeOf<typeof status>
export const status = objectOf({
  /** The release that is in effect; 0: none yet. */
  at: integer,
  /** The order that it has seen last, and what became of it. */
  release: integer,
  attempt: integer,
  state: oneOf('none', 'applying', 'confirmed', 'went back', 'refused'),
  reason: text,
  /** The entry in its history. */
  entry: orNull(integer),
  /** `well`, or what is wrong. */
  health: text,
  /** How many properties of the fleet have another value there, with which: only controllers can open it. */
  drift: text,
})

/** What a host says whose services all run. */
export const WELL = 'well'

/** A host that has not heard of any release. */
export const NEW: Status = {
  ...{ at: 0, release: 0, attempt: 0, state: 'none', reason: '', entry: null, health: WELL, drift: '' },
}
