import { kindOf, readGiven } from '../../../system/read-files.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { TAKE_LOCK } from '../host/taking.ts'
import { fleetState, needMember } from '../member.ts'
import { withStore } from '../store/open.ts'
import { sourceInFolder, sourceInStore } from './source.ts'
import { take } from './take.ts'

/** Seconds that it waits for another one. */
const PATIENCE = 120

/** `gabarit fleet take`: one at a time, so that a new agent sees one that goes on after the end of its agent. */
export async function runTake(invocation: Invocation): Promise<number> {
  const { files } = invocation.places
  const options = { what: 'the right to take a release', command: 'gabarit fleet take', patience: PATIENCE }
  const lock = files.lock(fleetState(invocation.places).path(TAKE_LOCK), options)
  try {
    return await takeFrom(invocation)
  } finally {
    lock.release()
  }
}

async function takeFrom(invocation: Invocation): Promise<number> {
  const { value, io, places } = invocation
  const folder = value('from')
  if (folder !== undefined) {
    const read = (file: string) => (kindOf(file) === 'file' ? readGiven(file) : undefined)
    return take(invocation, sourceInFolder(io.resolve(folder), read))
  }
  const { host } = needMember(places)
  return withStore(places, store => take(invocation, sourceInStore(store, host)))
}
