import { setTimeout as sleep } from 'node:timers/promises'
import { identitiesIn, identityFile, newIdentity, recipientIn } from '../../../archive/identity.ts'
import { open } from '../../../archive/sealed.ts'
import { EXIT, Failure, refusal } from '../../../base/failure.ts'
import { requestOf } from '../../../system/openssl.ts'
import type { Places } from '../../../system/places.ts'
import { newKey } from '../authority.ts'
import { FLEET_FILES, fleetState, MEMBER_FILE, type Member } from '../member.ts'
import { EtcdStore } from '../store/etcd.ts'
import { answerKey, orderKey, requestKey } from '../store/keys.ts'
import { withStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { DONE, type JoinAnswer, type JoinRequest, readAnswer, readOpened, requestText } from './messages.ts'
import { joiningPassword, joiningUser, type Token } from './token.ts'

/** Milliseconds between two looks for the answer. */
const PAUSE = 300

/**
 * Makes this host one of the fleet. Whatever was done already, by the same token, is not done again.
 * @param patience seconds to wait for a controller
 * @throws Failure (refused) if the token does not count, or this host belongs to another fleet
 */
export async function join(token: Token, places: Places, now: () => Date, patience: number): Promise<Member> {
  const known = MEMBER_FILE.read(places)
  if (known !== undefined && (known.fleet !== token.fleet || known.host !== token.host))
    throw refusal(`this host is ${known.host} of the fleet ${known.fleet} already`, { hint: 'gabarit fleet leave' })
  if (known === undefined && token.until * 1000 < now().getTime())
    throw refusal(`this token ended ${new Date(token.until * 1000).toISOString()}`, {
      hint: `Is the clock of this host right? A new one: gabarit fleet invite ${token.host}`,
    })
  const { host, secret } = token
  const store = new EtcdStore({ ...token, user: joiningUser(host), password: joiningPassword(secret) })
  try {
    const member = known ?? (await ask(token, store, places, now, patience))
    await tryOut(places, host)
    await confirm(store, host).catch((error: unknown) => {
      // A token that a controller has removed meanwhile was told before.
      if (known === undefined || !isUnknown(error)) throw error
    })
    return member
  } catch (error) {
    if (!isUnknown(error) || known !== undefined) throw error
    throw refusal('this token was used, has expired, or was replaced by a newer one', {
      hint: `On a controller: gabarit fleet invite ${host}`,
      cause: error,
    })
  } finally {
    store.close()
  }
}

/** Whether the store does not know the user, or not by this password. */
function isUnknown(error: unknown): boolean {
  return error instanceof Failure && error.status === EXIT.refused && /does not know/.test(error.message)
}

/** Asks for what a member has, and keeps it once it has opened the store. */
async function ask(token: Token, store: Store, places: Places, now: () => Date, patience: number): Promise<Member> {
  const state = fleetState(places)
  const request = await requestHere(token, places)
  const text = requestText(request, token.secret)
  if ((await store.get(answerKey(token.host))) === undefined) {
    const there = await store.get(requestKey(token.host))
    if (there?.value !== text) await store.commit([], [{ key: requestKey(token.host), value: text }])
  }
  const answer = await opened(await awaitAnswer(token, store, now, patience), token, places)
  state.write(FLEET_FILES.authority, token.authority)
  state.write(FLEET_FILES.certificate, answer.certificate)
  const { secrets } = answer
  if (secrets !== undefined) {
    state.write(FLEET_FILES.signing, secrets.signing)
    state.write(FLEET_FILES.authorityKey, secrets.authorityKey)
    state.write(FLEET_FILES.rootPassword, secrets.rootPassword)
    state.write(FLEET_FILES.reading, secrets.reading)
  }
  const { endpoints, user, password, signer } = answer
  const { fleet, host } = token
  const member = { fleet, host, controller: secrets !== undefined, endpoints, user, password, signer }
  MEMBER_FILE.write(places, member)
  return member
}

/** What it tells of itself: the same each time, as the keys stay. */
async function requestHere({ fleet, host }: Token, places: Places): Promise<JoinRequest> {
  const state = fleetState(places)
  const { key, identity } = FLEET_FILES
  if (!state.has(key)) state.write(key, newKey())
  if (!state.has(identity)) state.write(identity, identityFile(await newIdentity()))
  const recipient = recipientIn(state.read(identity)?.toString('utf8') ?? '')
  if (recipient === undefined) throw refusal('this is not the key of a host', { where: state.path(identity) })
  return { recipient, csr: await requestOf(state.path(key), `/O=gabarit fleet ${fleet}/OU=${host}`) }
}

async function awaitAnswer({ host }: Token, store: Store, now: () => Date, patience: number): Promise<string> {
  const end = now().getTime() + patience * 1000
  for (;;) {
    const answer = await store.get(answerKey(host))
    if (answer !== undefined) return answer.value
    if (now().getTime() > end)
      throw new Failure(`no controller has answered within ${patience} s`, {
        hint: 'What was asked stays asked. Does gabarit-fleet run on a controller? Then repeat this command.',
      })
    await sleep(PAUSE)
  }
}

/** @throws Failure (refused) if the answer is for somebody else, who had the token, too */
async function opened(value: string, { secret, host }: Token, places: Places): Promise<JoinAnswer> {
  const identities = identitiesIn(fleetState(places).read(FLEET_FILES.identity)?.toString('utf8') ?? '')
  const sealed = readAnswer(value, secret)
  try {
    const [entry] = await open(sealed, { identities }, answerKey(host))
    return readOpened(JSON.parse(entry?.data.toString('utf8') ?? ''))
  } catch (error) {
    throw refusal('another machine has used this token', {
      hint: `If that was not you, take it out on a controller: gabarit fleet leave ${host}\nThen: gabarit fleet invite ${host}`,
      cause: error,
    })
  }
}

/** Logs in as the host that it has become. */
async function tryOut(places: Places, host: string): Promise<void> {
  await withStore(places, store => store.get(orderKey(host)))
}

/** Says that the token is not needed any more: a controller removes its user. */
async function confirm(store: Store, host: string): Promise<void> {
  await store.commit([], [{ key: requestKey(host), value: DONE }])
}
