import { isDeepStrictEqual } from 'node:util'
import { recordsOf } from '../../../db/store.ts'
import type { Places } from '../../../system/places.ts'
import { ownEndpoint, storeHere } from '../endpoints.ts'
import { needMember } from '../member.ts'
import { toldOnce } from '../rollout/told-once.ts'
import { sleep } from '../rollout/wakeup.ts'
import { withRootAt } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { noteCarrier, readCarriers } from './carriers.ts'
import { memberThere, moveMember } from './etcd-members.ts'

/** Milliseconds between two looks. */
const PACE = 60_000

/** On a controller that carries a member of the store: the fleet knows where it is, also when its record is changed. */
export async function keepNoted(
  store: Store,
  places: Places,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const tryToCorrect = toldOnce(tell, () => correctNote(store, places, tell))
  while (!signal.aborted) {
    await tryToCorrect()
    await sleep(PACE, signal)
  }
}

async function correctNote(store: Store, places: Places, tell: (text: string) => void): Promise<void> {
  const configuration = recordsOf(places, 'configuration')
  const here = storeHere(configuration)
  if (here === undefined) return
  const { host } = needMember(places)
  const { host: _, ...noted } = (await readCarriers(store, places)).list.find(one => one.host === host) ?? { host }
  // Without endpoints, it is being added or removed.
  if (isDeepStrictEqual(noted, here) || ('endpoints' in noted && noted.endpoints.length === 0)) return
  await withRootAt(places, [ownEndpoint(configuration)], async (_store, root) => {
    const member = await memberThere(root)
    if (member !== undefined && member.peer !== here.peer) await moveMember(root, member.id, here.peer)
  })
  await noteCarrier(store, places, host, here)
  tell(`the store is reached here: ${here.endpoints.join(', ')}`)
}
