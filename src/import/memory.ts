import { hash, objectOf, recordOf, type TypeOf } from '../base/shape.ts'
import { StateFile } from '../system/state-file.ts'

/** What has come over: records and files, with the hash of what they were. A second import leaves those alone. */
export type Memory = TypeOf<typeof memory>
const memory = objectOf({ records: recordOf(hash), files: recordOf(hash) })

/** It is committed and rolled back with the import itself. */
export const MEMORY = new StateFile('imported.json', {
  what: 'the note of what was imported',
  shape: memory,
  wayOut: 'Move it away. The next import then takes everything again.',
})
