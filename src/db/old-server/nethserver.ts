import { formatAddress, maskLength, parseAddress } from '../../base/address.ts'
import { shell } from '../../base/quote.ts'
import { type DbRecord, makeRecord } from '../record.ts'
import { changed, elements, type Meaning, only, textIn, type World } from './meaning.ts'
import { forwardsOf } from './nethserver-port-forwards.ts'
import type { Say } from './remark.ts'

/** The roles of its networks that a service can be open to. */
const ROLE = /^(red|green|blue|orange|hotspot|ivpn|ovpn)$/

const INTERFACES = ['ethernet', 'bridge', 'bond', 'vlan', 'alias', 'ppp', 'xdsl', 'provider', 'zone']

/** What the records of NethServer 7 mean. */
export const NETHSERVER: readonly Meaning[] = [
  {
    // The same key, but not a service.
    database: 'configuration',
    of: ({ key, type }) => key === 'firewall' && type !== 'service',
    become: ({ properties }, _, say) => {
      const policy = properties.get('Policy')
      const named = policy === undefined ? '' : `, such as Policy ${JSON.stringify(policy)}`
      say(
        'unsupported',
        `stays behind: the settings of its firewall${named} are not those of gabarit. See config describe firewall`,
      )
      return []
    },
  },
  {
    database: 'configuration',
    of: record => record.properties.has('access') && elements(record, 'access').some(zone => ROLE.test(zone)),
    become: (record, _, say) => {
      const zones = elements(record, 'access')
      const access = !zones.includes('green') ? 'none' : zones.includes('red') ? 'public' : 'private'
      const how = `access ${JSON.stringify(zones.join())} becomes ${access}`
      say(access === 'none' ? 'closed' : 'converted', how)
      return [changed(record, { access })]
    },
  },
  {
    database: 'configuration',
    of: ({ key }) => key === 'openvpn@host-to-net',
    become: (record, { there }, say) => roadWarriors(record, there, say),
  },
  left('configuration', ({ key }) => /^openvpn@/.test(key), 'tunnels between servers are not supported'),
  left('domains', ({ properties }) => properties.has('TransportType'), 'a domain of mail only'),
  {
    database: 'hosts',
    of: ({ type, properties }) =>
      ['host', 'local', 'remote', 'self'].includes(type) && !properties.has('HostType') && isNamed(type, properties),
    become: (record, world, say) => [host(record, world, say)],
  },
  left('hosts', ({ type }) => /^(host-group|iprange|cidr|zone)$/.test(type), 'an object of its firewall'),
  {
    database: 'networks',
    of: ({ type, properties }) => INTERFACES.includes(type) && properties.get('role') === 'green',
    become: (record, _, say) => localNetwork(record, say),
  },
  left('networks', ({ type }) => INTERFACES.includes(type), 'the interfaces are those of the new machine'),
  {
    database: 'vpn',
    of: ({ type }) => type === 'vpn' || type === 'vpn-user',
    become: ({ key }, _, say) => {
      const name = shell(key)
      say(
        'unsupported',
        `stays behind: a new profile: db vpn set ${name} client, then signal-event vpn-client-create ${name}`,
      )
      return []
    },
  },
  left('vpn', ({ type }) => /tunnel/.test(type), 'tunnels between servers are not supported'),
  {
    database: 'portforward',
    of: ({ type }) => type === 'pf',
    become: (record, world, say) =>
      forwardsOf(record, world, say).map(forward => ({ database: 'portforwards', record: forward })),
  },
]

function left(database: string, of: Meaning['of'], why: string): Meaning {
  return {
    database,
    of,
    become: (_, __, say) => {
      say('unsupported', `stays behind: ${why}`)
      return []
    },
  }
}

function isNamed(type: string, properties: ReadonlyMap<string, string>): boolean {
  return type === 'self' || properties.has('IpAddress')
}

/** There, the type says whose name it is; here, HostType. */
function host(record: DbRecord, { there }: World, say: Say): DbRecord {
  const { key, type } = record
  const domain = there('configuration').get('DomainName')?.type ?? ''
  const name = key.includes('.') || domain === '' ? key : `${key}.${domain}`
  const address = textIn(record, 'IpAddress')
  const mac = textIn(record, 'MacAddress')
  const kind = type === 'self' ? 'Self' : 'Local'
  say('converted', `becomes the host ${name}, HostType ${kind}`)
  const description = textIn(record, 'Description')
  return makeRecord(name, 'host', [
    ['HostType', kind],
    ...(kind === 'Local' ? [['InternalIP', address] as const] : []),
    ...(mac === '' ? [] : [['MACAddress', mac] as const]),
    ...(description === '' ? [] : [['Comment', description] as const]),
  ])
}

/** A green interface is an address in a local network. */
function localNetwork(record: DbRecord, say: Say): DbRecord[] {
  const mask = textIn(record, 'netmask')
  const network = networkOf(textIn(record, 'ipaddr'), mask)
  if (network === undefined) {
    say('unsupported', 'stays behind: it has no fixed address. db networks set ADDRESS network Mask MASK')
    return []
  }
  say('converted', `becomes the local network ${network}`)
  return [makeRecord(network, 'network', [['Mask', mask]])]
}

/** The address of the network that an address is in. */
function networkOf(text: string, mask: string): string | undefined {
  const [address, length] = [parseAddress(text), maskLength(mask)]
  if (address?.width !== 32 || length === undefined) return undefined
  const rest = 32n - BigInt(length)
  return formatAddress({ width: 32, value: (address.value >> rest) << rest })
}

/** Its VPN for people, whose clients have certificates of its own authority, or only passwords. */
function roadWarriors(record: DbRecord, there: World['there'], say: Say): DbRecord[] {
  if (there('configuration').has('openvpn')) {
    say('unsupported', 'stays behind, because there is also a record "openvpn"')
    return []
  }
  const value = (name: string) => textIn(record, name)
  const [length, udp] = [maskLength(value('Netmask')), value('UDPPort')]
  const network = length === undefined ? undefined : networkOf(value('Network'), value('Netmask'))
  const yes = (name: string) => (value(name) === 'enabled' ? 'yes' : 'no')
  const how =
    'becomes "openvpn", disabled: clients need new profiles, since certificates and passwords of NethServer are not used'
  say('closed', `${how}. Then: config setprop openvpn status enabled`)
  return [
    makeRecord('openvpn', 'service', [
      ...only(record, ['access']),
      ['status', 'disabled'],
      ['proto', udp === '' && value('TCPPort') !== '' ? 'tcp' : 'udp'],
      ['port', udp || value('TCPPort') || '1194'],
      ...(network === undefined ? [] : [['network', `${network}/${length}`] as const]),
      ['topology', value('Topology') || 'subnet'],
      ['clientToClient', yes('ClientToClient')],
      ['redirectGateway', yes('RouteToVPN')],
    ]),
  ]
}
