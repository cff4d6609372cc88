import type { Places } from '../../../system/places.ts'
import { fleetState } from '../member.ts'

/** Seconds that it waits for another command. */
const PATIENCE = 60

/** Works with the records of the fleet on this controller, while no other command takes in or publishes any. */
export async function withRecordsLock<Result>(
  places: Places,
  command: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const options = { what: 'the records of the fleet', command, patience: PATIENCE }
  const lock = places.files.lock(fleetState(places).path('records.lock'), options)
  try {
    return await work()
  } finally {
    lock.release()
  }
}
