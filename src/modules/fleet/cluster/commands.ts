import { columns } from '../../../base/columns.ts'
import { EXIT, Failure, refusal, usageFailure } from '../../../base/failure.ts'
import { plural } from '../../../base/plural.ts'
import { recordsOf } from '../../../db/store.ts'
import { below, type Places } from '../../../system/places.ts'
import { exists } from '../../../system/read-files.ts'
import { splitList } from '../../../template/text.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { readAddress, storeAt, storeHere } from '../endpoints.ts'
import { needEtcd, START, STORE_DATA, untilItAnswers } from '../joining/etcd-here.ts'
import { settle } from '../joining/settle.ts'
import { MEMBER_FILE, needController, needMember } from '../member.ts'
import { Gateway } from '../store/gateway.ts'
import { rootLogin, withStoreAndRoot } from '../store/open.ts'
import { asReachedHere } from './addresses.ts'
import { type Carrier, endpointsOf, noteCarrier, readCarriers } from './carriers.ts'
import { addLearner, promote, storeMembers } from './etcd-members.ts'
import { stopCarrying } from './stop-carrying.ts'

/** Seconds until a new member has everything that the others have. */
const CATCH_UP = 120

/** `gabarit fleet store [add|remove [HOST]]` */
export async function store(invocation: Invocation): Promise<number> {
  const { args, places } = invocation
  needController(places)
  const [verb, ...more] = args
  if (verb === undefined) return list(invocation)
  if (verb === 'add' && more.length === 0) return add(invocation)
  if (verb === 'remove') return remove(more[0], invocation)
  throw usageFailure(`this is not known here: ${args.join(' ')}`, 'gabarit fleet store [add|remove [HOST]]')
}

/** Who carries the store, and who of them answers. */
async function list({ places, answer }: Invocation): Promise<number> {
  const { carriers, members } = await withStoreAndRoot(places, async (store, root) => ({
    carriers: (await readCarriers(store, places)).list,
    members: await storeMembers(root),
  }))
  const rows = await Promise.all(
    carriers.map(async ({ host, peer, endpoints }) => {
      const member = members.find(one => one.peer === peer)
      const votes = member?.learns === false
      return { host, endpoints, votes, answers: await isThere(places, endpoints) }
    }),
  )
  const lines = rows.map(({ host, endpoints, votes, answers }) => [
    host,
    endpoints.join(' ') || '-',
    !votes ? 'is being added or removed' : answers ? 'answers' : 'does not answer',
  ])
  return answer(
    rows,
    columns(lines).join('\n'),
    rows.every(({ votes, answers }) => votes && answers),
  )
}

async function isThere(places: Places, endpoints: readonly string[]): Promise<boolean> {
  if (endpoints.length === 0) return false
  const gateway = new Gateway(rootLogin(places, endpoints))
  try {
    await untilItAnswers(gateway, 0)
    return true
  } catch (error) {
    if (error instanceof Failure) return false
    throw error
  } finally {
    gateway.close()
  }
}

/**
 * This controller carries a member of the store, too. It has no vote until it has everything: so the store goes on, whatever
 * happens here. Can be interrupted and repeated at any place.
 */
async function add(invocation: Invocation): Promise<number> {
  const { places, system, print, warn } = invocation
  const command = 'gabarit fleet store add'
  const { host } = needMember(places)
  await needEtcd(places, system)
  const { settings, carried } = wantedHere(invocation)
  const list = await withStoreAndRoot(places, async (store, root) => {
    const { list: before } = await readCarriers(store, places)
    const there = before.find(one => one.host === host)
    if (there !== undefined && there.endpoints.length > 0)
      throw refusal(`${host} carries a member of the store already`, { hint: 'All of them: gabarit fleet store' })
    if (there !== undefined && there.peer !== carried.peer)
      throw refusal(`${host} is being added or removed as ${there.peer}, not as ${carried.peer}`, {
        hint: 'Go on with its address. To begin again with another one, first: gabarit fleet store remove',
      })
    refuseFormerData(there, places)
    await noteCarrier(store, places, host, { ...carried, endpoints: [] })
    const members = await addLearner(root, carried.peer, START)
    const others = members.filter(({ peer }) => peer !== carried.peer).map(({ peer }) => peer.slice('https://'.length))
    await settle(invocation, command, 'etcd', { status: 'enabled', ...settings, Members: others.join(',') })
    await promote(root, carried.peer, CATCH_UP)
    await noteCarrier(store, places, host, carried)
    return (await readCarriers(store, places)).list
  })
  const member = needMember(places)
  MEMBER_FILE.write(places, { ...member, endpoints: asReachedHere(endpointsOf({ list }), places) })
  print(`${host} carries the store, too: it has ${plural(list.length, 'member')} now`)
  if (list.length === 2) warn('both must run, or the store stops: add a third one')
  return EXIT.done
}

/** What the record of etcd shall say. @throws Failure (usage) without an address */
function wantedHere({ places, value }: Invocation): {
  readonly settings: Readonly<Record<string, string>>
  readonly carried: Omit<Carrier, 'host'>
} {
  const configuration = recordsOf(places, 'configuration')
  const known = storeHere(configuration)
  const addresses = splitList(value('address'), ',').map(readAddress)
  const [first] = addresses
  if (first === undefined && known !== undefined) return { settings: {}, carried: known }
  if (first === undefined)
    throw usageFailure('hosts must know where this member is', 'gabarit fleet store add --address 192.168.1.6')
  const settings = { Addresses: addresses.map(address => address.host).join(','), TCPPort: first.port }
  const PeerPort = configuration.get('etcd')?.properties.get('PeerPort') ?? ''
  return { settings, carried: storeAt({ ...settings, PeerPort }) }
}

/** What a former member has left: etcd would go on with it, and not find its way into the store. */
function refuseFormerData(begun: Carrier | undefined, places: Places): void {
  if (begun !== undefined || !exists(below(places, STORE_DATA))) return
  throw refusal('the etcd on this host has the data of a former store', {
    where: STORE_DATA,
    hint: 'If nobody needs them: remove this folder, and repeat this command.',
  })
}

/** A host carries the store no longer. */
async function remove(name: string | undefined, invocation: Invocation): Promise<number> {
  const { places, print } = invocation
  const own = needMember(places).host
  const host = name ?? own
  if (!(await stopCarrying(host, invocation, 'gabarit fleet store remove')) && host !== own)
    throw refusal(`${host} carries no member of the store`, { hint: 'Who does: gabarit fleet store' })
  print(`${host} carries the store no longer`)
  if (host !== own) print(`On it: gabarit fleet store remove, which stops its etcd`)
  return EXIT.done
}
