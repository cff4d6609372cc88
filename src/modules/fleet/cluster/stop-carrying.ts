import { refusal } from '../../../base/failure.ts'
import { recordsOf } from '../../../db/store.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { storeHere } from '../endpoints.ts'
import { DATA_STAYS } from '../joining/etcd-here.ts'
import { settle } from '../joining/settle.ts'
import { MEMBER_FILE, needMember } from '../member.ts'
import { withRootAt, withStore } from '../store/open.ts'
import { endpointsOf, noteCarrier, readCarriers } from './carriers.ts'
import { removeMember } from './etcd-members.ts'

/** Seconds until the other members agree. */
const PATIENCE = 30

/**
 * Takes the member that a host carries out of the store; on this host, etcd ends. Can be repeated.
 * @returns whether it carried one
 * @throws Failure (refused) if it is the last one
 */
export async function stopCarrying(host: string, invocation: Invocation, command: string): Promise<boolean> {
  const { places } = invocation
  const own = needMember(places).host
  const { list } = await withStore(places, store => readCarriers(store, places))
  const carried = list.find(one => one.host === host)
  const others = endpointsOf({ list: list.filter(one => one.host !== host) })
  if (carried !== undefined && others.length === 0)
    throw refusal(`the store is only on ${host}`, {
      hint: 'First, on another controller: gabarit fleet store add --address HOST',
    })
  if (carried !== undefined) {
    // From here on, this host asks the others: its own etcd ends. Read anew, for the agent writes there, too.
    if (host === own) MEMBER_FILE.write(places, { ...needMember(places), endpoints: others })
    await withRootAt(places, others, async (store, root) => {
      await noteCarrier(store, places, host, { ...carried, endpoints: [] })
      await removeMember(root, carried.peer, PATIENCE)
    })
  }
  if (host === own && storeHere(recordsOf(places, 'configuration')) !== undefined) {
    await settle(invocation, command, 'etcd', { status: 'disabled', Members: '' })
    invocation.print(DATA_STAYS)
  }
  if (carried !== undefined) await withRootAt(places, others, store => noteCarrier(store, places, host, undefined))
  return carried !== undefined
}
