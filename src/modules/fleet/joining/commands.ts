import { EXIT, refusal, usageFailure } from '../../../base/failure.ts'
import { recordsOf } from '../../../db/store.ts'
import { readText } from '../../../system/read-files.ts'
import { splitList } from '../../../template/text.ts'
import { ask } from '../../../terminal/ask-first.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { endpointAt, ownEndpoint, readAddress } from '../endpoints.ts'
import { MEMBER_FILE, needController } from '../member.ts'
import { checkName } from '../members.ts'
import { withStoreAndRoot } from '../store/open.ts'
import { needEtcd, START } from './etcd-here.ts'
import { foundFleet, makeFleetKeys } from './init.ts'
import { invite } from './invitation.ts'
import { join } from './join.ts'
import { settle } from './settle.ts'
import { readToken, tokenText } from './token.ts'

/** Seconds that a host waits for a controller, if `--wait` says nothing. */
const WAIT = 60

/** `gabarit fleet init NAME --address HOST[:PORT]` */
export async function init(invocation: Invocation): Promise<number> {
  const { args, value, places, system, io, print } = invocation
  const fleet = checkName(args[0] ?? '', 'fleet')
  const host = ownName(invocation)
  const addresses = splitList(value('address'), ',').map(readAddress)
  const [first] = addresses
  if (first === undefined)
    throw usageFailure('hosts must know where the store is', 'gabarit fleet init NAME --address 192.168.1.5')
  const known = MEMBER_FILE.read(places)
  if (known !== undefined && (known.fleet !== fleet || !known.controller))
    throw refusal(`this host is ${known.host} of the fleet ${known.fleet} already`, { hint: 'gabarit fleet leave' })
  if (known !== undefined && !known.endpoints.includes(ownEndpoint(recordsOf(places, 'configuration'))))
    throw refusal(`this host is ${known.host} of the fleet ${fleet} already, whose store is elsewhere`, {
      hint: 'To carry the store here, too: gabarit fleet store add --address HOST',
    })
  await needEtcd(places, system)
  // By the loopback it reaches its own store, even behind a router.
  const founding = { fleet, host, endpoint: endpointAt('127.0.0.1', first.port) }
  await makeFleetKeys(places, founding)
  const Addresses = addresses.map(address => address.host).join(',')
  // A former store may have had others.
  const store = { status: 'enabled', Addresses, TCPPort: first.port, Members: '' }
  await settle(invocation, 'gabarit fleet init', 'etcd', store)
  await foundFleet(places, founding, io.now(), START)
  await settle(invocation, 'gabarit fleet init', 'fleet', { status: 'enabled' })
  print(`${host} is the first controller of the fleet ${fleet}. To let another host in: gabarit fleet invite HOST`)
  return EXIT.done
}

/** `gabarit fleet invite HOST` */
export async function inviteHost({ args, value, flag, places, io, print }: Invocation): Promise<number> {
  needController(places)
  const host = checkName(args[0] ?? '', 'host')
  const groups = splitList(value('groups'), ',').map(group => checkName(group, 'group'))
  const asked = { host, groups: [...new Set(groups)], controller: flag('controller') }
  const token = await withStoreAndRoot(places, (store, root) => invite(asked, { store, root, places, now: io.now() }))
  print(tokenText(token))
  return EXIT.done
}

/** `gabarit fleet join` */
export async function joinFleet(invocation: Invocation): Promise<number> {
  const { value, places, io, print } = invocation
  const seconds = value('wait') ?? String(WAIT)
  if (!/^\d{1,5}$/.test(seconds)) throw usageFailure(`--wait is not a number of seconds: ${JSON.stringify(seconds)}`)
  const token = readToken(await tokenOf(invocation))
  const { fleet, host, controller } = await join(token, places, io.now, Number(seconds))
  await settle(invocation, 'gabarit fleet join', 'fleet', { status: 'enabled' })
  print(`this host is ${host} of the fleet ${fleet}${controller ? ', and a controller' : ''}`)
  return controller ? (await import('../rollout/rollout.apart.ts')).pull(invocation) : EXIT.done
}

/** Not an argument: anybody on the machine can read those of others. */
async function tokenOf({ value, io, ...person }: Invocation): Promise<string> {
  const file = value('token-file')
  if (file !== undefined && file !== '-') return readText(io.resolve(file))
  if (io.isTerminal(0))
    return ask('The token (gabarit fleet invite HOST prints it on a controller): ', { io, ...person })
  return io.readInput().toString('utf8')
}

/** The name of this host in the fleet: `--host`, or what the machine is called. */
function ownName({ value, places }: Invocation): string {
  const name = value('host') ?? recordsOf(places, 'configuration').get('SystemName')?.type ?? ''
  if (name === '') throw usageFailure('this host has no name yet', 'gabarit fleet init NAME --address HOST --host NAME')
  return checkName(name.toLowerCase(), 'host')
}
