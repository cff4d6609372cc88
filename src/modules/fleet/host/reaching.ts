import { moment, objectOf, type TypeOf, text } from '../../../base/shape.ts'
import { StateFile } from '../../../system/state-file.ts'
import { fleetState } from '../member.ts'

/** Why reports do not arrive, and since when. */
export type Unreached = TypeOf<typeof unreached>
const unreached = objectOf({ problem: text, since: moment })

/** Only there while they do not. */
export const UNREACHED = new StateFile<Unreached>(
  'unreached.json',
  { what: 'the note of reports that did not arrive', shape: unreached, wayOut: 'Remove it.' },
  fleetState,
)
