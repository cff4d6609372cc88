import type { Places } from '../../../system/places.ts'
import { fleetFile, needMember } from '../member.ts'
import { EtcdStore } from './etcd.ts'
import type { Reached } from './gateway.ts'
import { type Login, Session } from './session.ts'
import type { Store } from './store.ts'

/**
 * The store of the fleet, as this host may use it.
 * @throws Failure (refused) if it has not joined one
 */
export function openStore(places: Places): Store {
  const { user, password } = needMember(places)
  return new EtcdStore({ ...reached(places), user, password })
}

/** Works with the store, and closes it however that ends. @throws Failure (refused) if this host has not joined a fleet */
export async function withStore<Result>(places: Places, work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = openStore(places)
  try {
    return await work(store)
  } finally {
    store.close()
  }
}

/** As {@link withStore}, and as the user root of etcd, too. @throws Failure (refused) on a host that is no controller */
export function withStoreAndRoot<Result>(places: Places, work: WithRoot<Result>): Promise<Result> {
  return withStore(places, async store => {
    const root = openAsRoot(places)
    try {
      return await work(store, root)
    } finally {
      root.close()
    }
  })
}

type WithRoot<Result> = (store: Store, root: Session) => Promise<Result>

/** Works as the user root only, at these members of the store. @throws Failure (refused) on a host that is no controller */
export async function withRootAt<Result>(
  places: Places,
  endpoints: readonly string[],
  work: WithRoot<Result>,
): Promise<Result> {
  const login = rootLogin(places, endpoints)
  const [store, root] = [new EtcdStore(login), new Session(login)]
  try {
    return await work(store, root)
  } finally {
    store.close()
    root.close()
  }
}

/**
 * The same etcd as its user root, who makes users.
 * @throws Failure (refused) on a host that is no controller
 */
export function openAsRoot(places: Places): Session {
  return new Session(rootLogin(places, needMember(places).endpoints))
}

/** What the user root logs in with, at these endpoints. */
export function rootLogin(places: Places, endpoints: readonly string[]): Login {
  return { ...reached(places, endpoints), user: 'root', password: fleetFile(places, 'rootPassword').trim() }
}

function reached(places: Places, endpoints = needMember(places).endpoints): Reached {
  const file = (name: 'authority' | 'certificate' | 'key') => fleetFile(places, name)
  return { endpoints, authority: file('authority'), certificate: file('certificate'), key: file('key') }
}
