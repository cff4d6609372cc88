import { hostPrefix, JOINS_PREFIX, leavingKey, memberKey, statusKey } from '../store/keys.ts'
import { removeKeys } from '../store/remove.ts'
import type { Session } from '../store/session.ts'
import type { Store } from '../store/store.ts'
import { removeUser } from '../store/users.ts'
import { joiningUser } from './token.ts'

/** Removes all that the store has of a host: its users and roles first, so that it writes nothing meanwhile. */
export async function removeHost(store: Store, root: Session, host: string): Promise<void> {
  await removeUser(root, `host-${host}`)
  await removeInvitation(store, root, host)
  await removeBelow(store, hostPrefix(host))
  await removeKeys(store, [statusKey(host), memberKey(host), leavingKey(host)])
}

/** Removes a token's user, and what was said by it. */
export async function removeInvitation(store: Store, root: Session, host: string): Promise<void> {
  await removeUser(root, joiningUser(host))
  await removeBelow(store, `${JOINS_PREFIX}${host}/`)
}

async function removeBelow(store: Store, prefix: string): Promise<void> {
  await removeKeys(store, await store.keys(prefix))
}
