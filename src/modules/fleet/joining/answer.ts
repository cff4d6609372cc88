import { seal } from '../../../archive/sealed.ts'
import type { Places } from '../../../system/places.ts'
import { hostCertificate, keyOf } from '../authority.ts'
import { fleetEndpoints } from '../cluster/carriers.ts'
import { controllerProof } from '../controller-key.ts'
import { fleetFile, needController } from '../member.ts'
import { memberChange } from '../members.ts'
import {
  answerKey,
  FLEET_PREFIX,
  hostPrefix,
  JOINS_PREFIX,
  LEAVING_PREFIX,
  leavingKey,
  statusKey,
} from '../store/keys.ts'
import { openAsRoot } from '../store/open.ts'
import type { Session } from '../store/session.ts'
import type { Entry, Store } from '../store/store.ts'
import { makeUser, type Permission } from '../store/users.ts'
import { type Invitation, invitationIn, secretOf } from './invitation.ts'
import { answerText, DONE, type JoinAnswer, type JoinRequest, readRequest } from './messages.ts'
import { removeHost, removeInvitation } from './remove.ts'

/** What answering needs. */
interface Means {
  readonly store: Store
  readonly places: Places
  readonly now: Date
  /** The user root of etcd; its connection is only made when somebody joins or leaves. */
  readonly root: Session
}

/**
 * Lets in the hosts that ask to join, and out those that leave. Can be interrupted and repeated at any place; called by the agent of
 * a controller whenever something below {@link JOINS_PREFIX} or {@link LEAVING_PREFIX} has changed, and from time to time.
 * @returns what was done, a line for each
 */
export async function answerJoins(store: Store, places: Places, now: Date): Promise<string[]> {
  const root = openAsRoot(places)
  const means = { store, places, now, root }
  try {
    const said: string[] = []
    for (const [host, entries] of byHost(await store.list(JOINS_PREFIX)))
      said.push(...(await handle(host, entries, means)))
    for (const { key } of await store.list(LEAVING_PREFIX)) {
      const host = key.slice(LEAVING_PREFIX.length)
      await removeHost(store, root, host)
      said.push(`${host} has left the fleet`)
    }
    return said
  } finally {
    root.close()
  }
}

type Entries = Readonly<Record<string, Entry>>

function byHost(entries: readonly Entry[]): Map<string, Entries> {
  const hosts = new Map<string, Record<string, Entry>>()
  for (const entry of entries) {
    const [host = '', kind = ''] = entry.key.slice(JOINS_PREFIX.length).split('/')
    hosts.set(host, { ...hosts.get(host), [kind]: entry })
  }
  return hosts
}

/** One host that has been invited. */
async function handle(host: string, { invitation: noted, request, answer }: Entries, means: Means): Promise<string[]> {
  const invitation = invitationIn(noted?.value ?? '')
  const isOver = invitation === undefined || invitation.until * 1000 < means.now.getTime()
  if (isOver || request?.value === DONE) {
    await removeInvitation(means.store, means.root, host)
    return isOver ? [`the token for ${host} has expired`] : []
  }
  if (request === undefined || answer !== undefined) return []
  const secret = secretOf(invitation, means.places)
  const asked = invitation.host === host ? readRequest(request.value, secret) : undefined
  if (asked === undefined) return [`somebody without the token asks to join as ${host}: refused`]
  return (await letIn(invitation, asked, secret, means)) ? [`${host} has joined the fleet`] : []
}

/** @returns false if another controller was faster */
async function letIn(
  { host, groups, controller, nonce }: Invitation,
  { recipient, csr }: JoinRequest,
  secret: string,
  { store, places, now, root }: Means,
): Promise<boolean> {
  const { fleet, signer } = needController(places)
  const user = `host-${host}`
  // The same each time, for another controller may do the same at the same time.
  const password = controllerProof(places, 'password', JSON.stringify([host, nonce, recipient]))
  const certificate = await hostCertificate(places, fleet, host, csr)
  const answer: JoinAnswer = {
    endpoints: await fleetEndpoints(store, places),
    certificate,
    user,
    password,
    signer,
    ...(controller ? { secrets: secretsOf(places) } : {}),
  }
  await makeUser(root, user, password, permissionsOf(host, controller))
  const data = Buffer.from(JSON.stringify(answer))
  const sealed = await seal([{ name: 'answer.json', data }], { recipients: [recipient] })
  const member = { recipient, key: keyOf(certificate), groups, controller, joined: now.toISOString() }
  const [key, value] = [answerKey(host), answerText(sealed, secret)]
  return store.commit([{ key, revision: 0 }], [memberChange(places, host, member), { key, value }])
}

/** What a host may do with the store. */
export function permissionsOf(host: string, controller: boolean): readonly Permission[] {
  if (controller) return [{ may: 'READWRITE', key: FLEET_PREFIX }]
  return [
    { may: 'READ', key: hostPrefix(host) },
    { may: 'READWRITE', key: statusKey(host) },
    { may: 'READWRITE', key: leavingKey(host) },
  ]
}

function secretsOf(places: Places): NonNullable<JoinAnswer['secrets']> {
  return {
    signing: fleetFile(places, 'signing'),
    authorityKey: fleetFile(places, 'authorityKey'),
    rootPassword: fleetFile(places, 'rootPassword'),
    reading: fleetFile(places, 'reading'),
  }
}
