// Whatever the records of services, networks and port forwards are: no packet gets further than they say. Random records, the
// kernel's own packet filter, questions from several networks, and a small model of what the records say.
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { MACHINE, type Machine, Office, SERVER } from '../support/office.ts'
import { needsCommands } from '../support/packages.ts'
import { Chooser } from '../support/random.ts'
import { must, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'

const property = suite('records of the firewall, and what answers')
const reason = enterNamespace('gateway') ?? needsCommands('iptables-restore', 'ip6tables-restore', 'sysctl', 'ss')
const step = stepsOf(property, reason)
const { seed, chance, pick, some } = new Chooser()
const env = { GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: 'none', SSH_CONNECTION: '' }
const server = (line: string): string => must(words(line), { env })

type Properties = Readonly<Record<string, string>>
type Protocol = 'tcp' | 'udp'

interface Probe {
  readonly machine: Machine
  readonly from: string
  readonly to: string
  readonly port: number
  readonly protocol: Protocol
}

/** Who asks, from which machine, and the networks he is in. 10.66.0.0/24 are guests, on the cable of the world outside. */
const ASKERS: Readonly<Record<string, { readonly machine: Machine; readonly networks: readonly string[] }>> = {
  '192.168.77.10': { machine: 'lan', networks: ['local', '192.168.77.0/24'] },
  '192.168.77.99': { machine: 'lan', networks: ['local', '192.168.77.0/24', '192.168.77.96/28'] },
  'fd77:1::10': { machine: 'lan', networks: ['local', 'fd77:1::/64'] },
  '198.51.100.10': { machine: 'outside', networks: ['198.51.100.0/24'] },
  '198.51.100.200': { machine: 'outside', networks: ['198.51.100.0/24', '198.51.100.128/25'] },
  '2001:db8:2::10': { machine: 'outside', networks: ['2001:db8::/32'] },
  '10.66.0.5': { machine: 'outside', networks: ['10.66.0.0/24'] },
  '10.8.0.10': { machine: 'vpn', networks: ['tunnel', '10.8.0.0/24'] },
  'fd00:8::10': { machine: 'vpn', networks: ['tunnel'] },
}
const NETWORKS = [...new Set(Object.values(ASKERS).flatMap(({ networks }) => networks))].filter(text =>
  text.includes('/'),
)
const PORTS = [5000, 5001, 5002, 5003, 5004, 5005]
const [SSH, INSIDE] = [2222, 9000]
const FORWARDED = [6000, 6001, 6002]

interface Records {
  readonly services: ReadonlyMap<string, Properties>
  readonly forwards: ReadonlyMap<string, Properties>
}

function makeRecords(): Records {
  const list = (name: string, probability: number) => (chance(probability) ? { [name]: some(NETWORKS).join() } : {})
  const hosts = () => ({ ...list('AllowHosts', 0.4), ...list('DenyHosts', 0.3) })
  const ports = (port: number) =>
    pick([{ TCPPort: `${port}` }, { UDPPort: `${port}` }, { TCPPorts: `${port},1`, UDPPorts: `${port}:${port}` }])
  const service = (port: number): [string, Properties] => [
    `s${port}`,
    {
      status: pick(['enabled', 'enabled', 'disabled']),
      access: pick(['public', 'private', 'none']),
      ...ports(port),
      ...hosts(),
    },
  ]
  const forward = (port: number): [string, Properties] => {
    const status = pick(['enabled', 'enabled', 'disabled'])
    const Protocol = pick(['tcp', 'udp', 'both'])
    return [
      `f${port}`,
      { status, Protocol, Port: `${port}`, DestHost: pick(MACHINE.lan), DestPort: `${INSIDE}`, ...hosts() },
    ]
  }
  return { services: new Map(PORTS.map(service)), forwards: new Map(FORWARDED.map(forward)) }
}

function store({ services, forwards }: Records): void {
  for (const [database, type, records] of [
    ['configuration', 'service', services],
    ['portforwards', 'portforward', forwards],
  ] as const) {
    const lines = [...records].map(
      ([key, properties]) =>
        `set ${key} ${type} ${Object.entries(properties)
          .map(([name, value]) => `${name} '${value}'`)
          .join(' ')}`,
    )
    must(['db', database, 'batch'], { env, input: lines.join('\n') })
  }
}

/** Whether the records let a packet through. */
function isOpen({ services, forwards }: Records, { from, port, protocol }: Probe): boolean {
  const mine = ASKERS[from]?.networks ?? []
  const within = (list = '') => list.split(',').some(network => mine.includes(network))
  const [local, tunnel] = [mine.includes('local'), mine.includes('tunnel')]
  const forward = forwards.get(`f${port}`)
  // Without a forward that is for him, the server itself is asked, where only clients of the VPN are let in.
  if (forward) {
    const { status, Protocol, DestHost = '', AllowHosts, DenyHosts } = forward
    const applies =
      status === 'enabled' &&
      ['both', protocol].includes(Protocol ?? '') &&
      DestHost.includes(':') === from.includes(':')
    return tunnel || (applies && !within(DenyHosts) && (!AllowHosts || within(AllowHosts)))
  }
  // The machine of the local network, by its own address.
  if (port === INSIDE) return tunnel || local
  if (tunnel) return true
  if (port === SSH) return protocol === 'tcp' && local
  const { status, access, AllowHosts, DenyHosts, ...ports } = services.get(`s${port}`) ?? {}
  const listens = Object.keys(ports).some(name => name.startsWith(protocol.toUpperCase()))
  if (status !== 'enabled' || !listens || within(DenyHosts)) return false
  if (access === 'public') return !AllowHosts || within(AllowHosts)
  return access === 'private' && local && (!AllowHosts || within(AllowHosts))
}

let office: Office
property.after(() => office?.stop())

/** Asks from every machine, many questions at once. */
function ask(probes: readonly Probe[]): boolean[] {
  const prober = join(import.meta.dirname, '../support/prober.mjs')
  const answers = new Map<Probe, boolean>()
  for (const machine of ['lan', 'outside', 'vpn'] as const) {
    const mine = probes.filter(probe => probe.machine === machine)
    const command = ['ip', 'netns', 'exec', machine, process.execPath, prober]
    const said: unknown = JSON.parse(must(command, { input: JSON.stringify(mine) }))
    if (Array.isArray(said)) for (const [index, probe] of mine.entries()) answers.set(probe, said[index] === true)
  }
  return probes.map(probe => answers.get(probe) === true)
}

step('a gateway with a local network, guests, a VPN and the world outside', async () => {
  office = new Office()
  // Nobody learns that a port is closed more than once a second, otherwise.
  for (const name of ['net.ipv4.icmp_ratelimit', 'net.ipv6.icmp.ratelimit']) must(['sysctl', '-qw', `${name}=0`])
  must(words('ip address add 10.66.0.1/24 dev ext0'))
  for (const [machine, ...addresses] of [
    ['outside', '198.51.100.200/24', '10.66.0.5/24'],
    ['lan', '192.168.77.99/24'],
  ] as const)
    for (const address of addresses) office.on(machine, ['ip', 'address', 'add', address, 'dev', 'eth0'])
  office.route('outside', SERVER.outside)
  office.route('lan', SERVER.lan)
  await office.listen('server', ...[...PORTS, ...FORWARDED, SSH].flatMap(port => [`${port}`, `u${port}`]))
  await office.listen('lan', `${INSIDE}`, `u${INSIDE}`)
  for (const line of [
    'config set DomainName example.org',
    'config set SystemName gateway',
    'signal-event post-install',
    'db networks set 192.168.77.0 network Mask 255.255.255.0',
    'db networks set fd77:1::/64 network',
    'db networks set 10.66.0.0/24 network Guest yes',
    `config setprop sshd TCPPort ${SSH} access private`,
    'config set vpn service status enabled access public TunnelInterface tun0 TunnelNetwork 10.8.0.0/24,fd00:8::/64',
    'config setprop firewall status enabled Policy reject Logging no',
  ])
    server(line)
})

for (const round of [1, 2, 3])
  step(`no packet gets further than the records say, ${round}`, () => {
    const records = makeRecords()
    store(records)
    server('signal-event firewall-update')
    const probes = Object.entries(ASKERS).flatMap(([from, { machine }]) => {
      const family = from.includes(':') ? 1 : 0
      // A reply over UDP comes from the address that is nearest.
      const here = from.startsWith('10.66.') ? '10.66.0.1' : SERVER[machine][family]
      const at = (to: string, port: number) =>
        (['tcp', 'udp'] as const).map((protocol): Probe => ({ machine, from, to, port, protocol }))
      const own = [...PORTS, ...FORWARDED, SSH].flatMap(port => at(here, port))
      return machine === 'lan' ? own : [...own, ...at(MACHINE.lan[family], INSIDE)]
    })
    const answers = ask(probes)
    const wrong = probes.filter((probe, index) => answers[index] !== isOpen(records, probe))
    const about = { seed, wrong, services: [...records.services], forwards: [...records.forwards] }
    assert.equal(wrong, [], JSON.stringify(about, undefined, 1))
    const open = answers.filter(Boolean).length
    assert.ok(open > 20 && open < probes.length - 20, `${open} of ${probes.length}`)
  })

property.run()
