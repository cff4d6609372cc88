import { mapOf, moment, objectOf, type TypeOf, text } from '../../base/shape.ts'
import type { Places } from '../../system/places.ts'
import { indented, inOrder, StateFile } from '../../system/state-file.ts'
import type { Job } from './jobs.ts'
import { backupState } from './state.ts'

const lastRun = objectOf({ time: moment, repository: text, snapshot: text })

/** When each job last ran well, and where its data went. */
export const LAST_RUNS = new StateFile<ReadonlyMap<string, TypeOf<typeof lastRun>>>(
  'data.json',
  {
    what: 'the note of the last backups of data',
    shape: mapOf(lastRun),
    wayOut: 'Remove it, and back up again: gabarit backup --data',
    format: runs => indented(inOrder(runs)),
  },
  backupState,
)

/** Whether a job has run with the repository that it has now. */
export function hasRun({ name, repository }: Job, places: Places): boolean {
  return LAST_RUNS.read(places)?.get(name)?.repository === repository
}
