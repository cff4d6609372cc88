import { flag, objectOf, oneOf, optional, type TypeOf } from '../../base/shape.ts'
import { StateFile } from '../state-file.ts'
import { secretsFolder } from './machine-key.ts'

/** How databases store secrets. */
export type Switch = TypeOf<typeof shape>
const shape = objectOf({
  stored: oneOf('encrypted', 'plain'),
  /** Not everything is so yet: the next command that changes files goes on. */
  unfinished: optional(flag),
})

/** What an administrator has decided. No file: never switched on. */
export const SWITCH = new StateFile<Switch>(
  'switch.json',
  { what: 'the note of how secrets are stored', shape, wayOut: 'Move it away, then: gabarit secrets encrypt' },
  secretsFolder,
)
