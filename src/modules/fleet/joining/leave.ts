import { EXIT, Failure, refusal } from '../../../base/failure.ts'
import { OWNED } from '../../../db/owned.ts'
import { recordsOf } from '../../../db/store.ts'
import type { Places } from '../../../system/places.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { readCarriers } from '../cluster/carriers.ts'
import { stopCarrying } from '../cluster/stop-carrying.ts'
import { FLEET_FILES, fleetState, MEMBER_FILE, needController, needMember } from '../member.ts'
import { checkName, readMembers } from '../members.ts'
import { BASE } from '../release/base.ts'
import { LAST_TURN } from '../release/turn.ts'
import { SEEN } from '../rollout/rollouts.ts'
import { leavingKey } from '../store/keys.ts'
import { withRootAt, withStore, withStoreAndRoot } from '../store/open.ts'
import { DATA_STAYS } from './etcd-here.ts'
import { removeHost } from './remove.ts'
import { settle } from './settle.ts'

/** `gabarit fleet leave [HOST]` */
export async function leave(invocation: Invocation): Promise<number> {
  const { args, places } = invocation
  const [name] = args
  if (name !== undefined && name !== MEMBER_FILE.read(places)?.host) return takeOut(checkName(name, 'host'), invocation)
  const { controller } = needMember(places)
  const freed = await (await import('../release/release.apart.ts')).letGo(invocation)
  if (freed !== EXIT.done) return freed
  await (controller ? leaveAsController(invocation) : tellThatItLeaves(invocation))
  return forget(invocation)
}

/** Takes another host out. */
async function takeOut(host: string, invocation: Invocation): Promise<number> {
  const { places, print } = invocation
  needController(places)
  await stopCarrying(host, invocation, 'gabarit fleet leave')
  // Also one that the store says nothing of: a part may have been removed before.
  await withStoreAndRoot(places, (store, root) => removeHost(store, root, host))
  print(`${host} is no host of the fleet any more. What it has stays as it is; on it: gabarit fleet leave`)
  return EXIT.done
}

/** A controller takes itself out; the last one with the store goes last. */
async function leaveAsController(invocation: Invocation): Promise<void> {
  const { places } = invocation
  const { host, fleet } = needMember(places)
  const { others, carriers } = await withStore(places, async store => ({
    others: [...(await readMembers(store, places)).keys()].filter(name => name !== host),
    carriers: (await readCarriers(store, places)).list,
  }))
  const isLast = carriers.every(one => one.host === host)
  if (isLast && others.length > 0)
    throw refusal(`the store of the fleet ${fleet} is only on this host, and others need it: ${others.join(', ')}`, {
      hint: 'Take them out first: gabarit fleet leave HOST\nOr put it on another controller: gabarit fleet store add, there',
    })
  if (isLast) return
  await stopCarrying(host, invocation, 'gabarit fleet leave')
  // As root: the user of this host goes first.
  await withRootAt(places, needMember(places).endpoints, (store, root) => removeHost(store, root, host))
}

/** A controller takes it out when it reads this. Without the store, it leaves all the same. */
async function tellThatItLeaves({ places, warn }: Invocation): Promise<void> {
  const { host } = needMember(places)
  try {
    await withStore(places, store => store.commit([], [{ key: leavingKey(host), value: 'leaving' }]))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    warn(`${error.message}\n  Its place in the fleet stays until a controller removes it: gabarit fleet leave ${host}`)
  }
}

/** Stops the agent, and etcd if it is here; then removes what this host knows. */
async function forget(invocation: Invocation): Promise<number> {
  const { places, print } = invocation
  const { fleet } = needMember(places)
  const kept = hasStore(places)
  await settle(invocation, 'gabarit fleet leave', 'fleet', { status: 'disabled' })
  if (kept) await settle(invocation, 'gabarit fleet leave', 'etcd', { status: 'disabled' })
  const state = fleetState(places)
  for (const name of [...Object.values(FLEET_FILES), ...[OWNED, LAST_TURN, BASE, SEEN].map(({ name }) => name)])
    state.remove(name)
  MEMBER_FILE.remove(places)
  print(`this host has left the fleet ${fleet}`)
  if (kept) print(DATA_STAYS)
  return EXIT.done
}

function hasStore(places: Places): boolean {
  return recordsOf(places, 'configuration').get('etcd')?.properties.get('status') === 'enabled'
}
