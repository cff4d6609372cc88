import { messageOf } from '../../../base/failure.ts'
import type { Places } from '../../../system/places.ts'
import { fleetFile, needController } from '../member.ts'
import type { Term } from '../rollout/election.ts'
import { Mirror } from '../rollout/mirror.ts'
import { toldOnce } from '../rollout/told-once.ts'
import { Wakeup } from '../rollout/wakeup.ts'
import { addressesKey, CARRIERS_KEY, MEMBERS_PREFIX } from '../store/keys.ts'
import type { Store } from '../store/store.ts'
import { addressesText } from './addresses.ts'
import { endpointsOf, readCarriers } from './carriers.ts'

/** Milliseconds between two looks, if nothing is told. */
const PACE = 60_000

/** Tells each host where the store is, whenever that changes. The leader does it, until its term ends. */
export async function keepHostsInformed(
  store: Store,
  places: Places,
  { fence, signal }: Term,
  tell: (text: string) => void,
): Promise<void> {
  const wakeup = new Wakeup()
  const members = new Mirror(store, MEMBERS_PREFIX)
  const watches = [members.follow(wakeup.ring, tell, signal), store.watch(CARRIERS_KEY, wakeup.ring, signal)]
  const watching = Promise.all(watches).catch(error => tell(messageOf(error)))
  /** By host: what it was told last. */
  const told = new Map<string, string>()
  const trySpread = toldOnce(tell, spread)
  while (!signal.aborted) {
    await trySpread()
    await wakeup.wait(PACE, signal)
  }
  await watching

  async function spread(): Promise<void> {
    const carriers = await readCarriers(store, places)
    const endpoints = endpointsOf(carriers)
    if (endpoints.length === 0) return
    const said = { fleet: needController(places).fleet, number: carriers.number, endpoints }
    const value = addressesText(said, fleetFile(places, 'signing'))
    for (const host of members.entries.keys()) {
      if (told.get(host) === value) continue
      const key = addressesKey(host)
      const isThere = (await store.get(key))?.value === value
      if (isThere || (await store.commit([fence], [{ key, value }]))) told.set(host, value)
    }
  }
}
