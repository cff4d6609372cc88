import { randomBytes } from 'node:crypto'
import { identityFile, newIdentity, recipientIn } from '../../../archive/identity.ts'
import { refusal } from '../../../base/failure.ts'
import { recordsOf } from '../../../db/store.ts'
import { requestOf } from '../../../system/openssl.ts'
import type { Places } from '../../../system/places.ts'
import { hostCertificate, keyOf, newAuthority, newKey, newSigningKey, publicSigner } from '../authority.ts'
import { noteCarrier } from '../cluster/carriers.ts'
import { controllerProof } from '../controller-key.ts'
import { storeHere } from '../endpoints.ts'
import { FLEET_FILES, fleetFile, fleetState, MEMBER_FILE, type Member } from '../member.ts'
import { memberChange } from '../members.ts'
import { EtcdStore } from '../store/etcd.ts'
import { EtcdError, Gateway } from '../store/gateway.ts'
import { rootLogin } from '../store/open.ts'
import { Session } from '../store/session.ts'
import { makeUser } from '../store/users.ts'
import { permissionsOf } from './answer.ts'
import { STORE_DATA, untilItAnswers } from './etcd-here.ts'

/** The fleet that is founded, and the name in it of this host. */
export interface Founding {
  readonly fleet: string
  readonly host: string
  /** Of the store, as this host reaches it. */
  readonly endpoint: string
}

/** Makes the keys of the fleet that are missing: authority, signing key, password of etcd's root, and this host's own. */
export async function makeFleetKeys(places: Places, { fleet, host }: Founding): Promise<void> {
  const state = fleetState(places)
  const { authority, authorityKey, signing, rootPassword, reading, identity, key, certificate } = FLEET_FILES
  // The key last: what has one is whole.
  if (!state.has(authorityKey)) {
    const pair = await newAuthority(fleet)
    state.write(authority, pair.certificate)
    state.write(authorityKey, pair.key)
  }
  if (!state.has(signing)) state.write(signing, newSigningKey())
  if (!state.has(rootPassword)) state.write(rootPassword, `${randomBytes(32).toString('base64url')}\n`)
  if (!state.has(reading)) state.write(reading, identityFile(await newIdentity()))
  if (!state.has(identity)) state.write(identity, identityFile(await newIdentity()))
  if (!state.has(key)) state.write(key, newKey())
  const csr = await requestOf(state.path(key), `/O=gabarit fleet ${fleet}/OU=${host}`)
  state.write(certificate, await hostCertificate(places, fleet, host, csr))
}

/**
 * Makes users and roles in a new etcd that listens already, and puts this host in as the first one. Can be repeated.
 * @param patience seconds until it must answer
 */
export async function foundFleet(places: Places, founding: Founding, now: Date, patience: number): Promise<Member> {
  const { fleet, host, endpoint } = founding
  const login = rootLogin(places, [endpoint])
  const root = new Session(login)
  const gateway = new Gateway(login)
  try {
    await untilItAnswers(gateway, patience)
    await switchOnUsers(gateway, login.password)
    const user = `host-${host}`
    const password = controllerProof(places, 'password', JSON.stringify([host, 'founder']))
    await makeUser(root, user, password, permissionsOf(host, true))
    const member = {
      fleet,
      host,
      controller: true,
      endpoints: [endpoint],
      user,
      password,
      signer: publicSigner(places),
    }
    MEMBER_FILE.write(places, member)
    await enterFounder(places, founding, new EtcdStore({ ...login, user, password }), now)
    return member
  } finally {
    root.close()
    gateway.close()
  }
}

/** From then on it asks everybody who they are. Until then, only this host has a certificate. */
async function switchOnUsers(gateway: Gateway, password: string): Promise<void> {
  try {
    await gateway.ask('/auth/authenticate', { name: 'root', password }, undefined)
    return
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error
    if (!/authentication is not enabled/.test(error.message))
      throw refusal('the etcd on this host has the data of another fleet', {
        where: STORE_DATA,
        hint: 'If nobody needs them: systemctl stop etcd, remove this folder, and repeat this command.',
        cause: error,
      })
  }
  const ask = (path: string, body: object) => gateway.ask(path, body, undefined)
  const ifMissing = (error: unknown) => {
    if (!(error instanceof EtcdError && /already exists/.test(error.message))) throw error
  }
  await ask('/auth/role/add', { name: 'root' }).catch(ifMissing)
  await ask('/auth/user/add', { name: 'root', password }).catch(ifMissing)
  await ask('/auth/user/changepw', { name: 'root', password })
  await ask('/auth/user/grant', { user: 'root', role: 'root' })
  await ask('/auth/enable', {})
}

async function enterFounder(places: Places, { host }: Founding, store: EtcdStore, now: Date): Promise<void> {
  const recipient = recipientIn(fleetFile(places, 'identity')) ?? ''
  const key = keyOf(fleetFile(places, 'certificate'))
  const founder = { recipient, key, groups: [], controller: true, joined: now.toISOString() }
  try {
    await store.commit([], [memberChange(places, host, founder)])
    await noteCarrier(store, places, host, storeHere(recordsOf(places, 'configuration')))
  } finally {
    store.close()
  }
}
