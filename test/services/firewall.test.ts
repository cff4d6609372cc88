// The texts that the records of firewall, sysctl and sshd make. What they do to packets is in test/scenario/firewall.test.ts.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeContext } from '../../src/plan/context.ts'
import { expandAll } from '../../src/plan/expand.ts'
import { findPlaces } from '../../src/system/places.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import { failureOf } from '../support/engine.ts'
import { PROJECT } from '../support/sandbox.ts'
import { configuration, Server } from './server.ts'

const firewall = suite('files of firewall, sysctl and sshd')
const FOUR = '/etc/iptables/rules.v4'
const SIX = '/etc/iptables/rules.v6'
const SYSCTL = '/etc/sysctl.d/90-gabarit.conf'
const SSHD = '/etc/ssh/sshd_config.d/00-gabarit.conf'

type Properties = Readonly<Record<string, string>>
type Records = Readonly<Record<string, readonly [type: string, properties?: Properties]>>
const service = (properties: Properties = {}): [string, Properties] => ['service', { status: 'enabled', ...properties }]
const LOCAL: Records = { '192.168.0.0': ['network', { Mask: '255.255.255.0' }], 'fd00:1::/64': ['network'] }
const VPN = { access: 'public', UDPPort: '1194', TunnelInterface: 'tun+', TunnelNetwork: '10.8.0.0/24' }

/** The shipped templates over databases of their own, expanded in this process. */
class Files {
  readonly warnings: string[] = []
  readonly root = mkdtempSync(join(tmpdir(), 'gabarit-firewall-'))

  /** @param records of the database configuration, besides an enabled firewall and sysctl */
  constructor(records: Records, databases: Readonly<Record<string, Records>> = {}) {
    const all = { networks: LOCAL, configuration: { firewall: service(), sysctl: service(), ...records }, ...databases }
    for (const [name, contents] of Object.entries(all)) {
      const stored = Object.entries(contents).map(([key, [type, properties = {}]]) => [key, { type, properties }])
      outputFileSync(join(this.root, `var/lib/gabarit/db/${name}.json`), JSON.stringify(Object.fromEntries(stored)))
    }
    made.push(this.root)
  }

  /** What a template makes; undefined for no file. */
  text(template: string): string | undefined {
    const context = makeContext(findPlaces(PROJECT, {}, this.root), new RealSystem(this.root), warning =>
      this.warnings.push(warning),
    )
    return expandAll(context, [template])[0]?.content
  }

  /** The same without comments and empty lines. */
  lines(template: string): string[] {
    const lines = (this.text(template) ?? '').split('\n').map(line => line.trim())
    return lines.filter(line => line !== '' && !line.startsWith('#'))
  }

  /** What an expansion is refused with. */
  refusal(template: string): string {
    return failureOf(() => this.text(template)).describe()
  }
}
const made: string[] = []
firewall.after(() => {
  for (const root of made) rmSync(root, { recursive: true, force: true })
})
const make = (records: Records, databases?: Readonly<Record<string, Records>>) => new Files(records, databases)

/** The rules of a service by its comment. */
const rulesOf = (server: Files, template: string, name: string) =>
  server.lines(template).filter(line => line.includes(`--comment ${name} `))

firewall('ports that nginx passes on are open to those who may connect, while nginx runs', () => {
  const proxies: Records = {
    game: ['stream', { Port: '25565', Protocol: 'both', Upstreams: '10.0.0.5:25565', status: 'enabled' }],
    cam: [
      'stream',
      { Port: '554', access: 'private', DeniedNetworks: '192.168.0.9', Upstreams: '10.0.0.6:554', status: 'enabled' },
    ],
    'mail.example.org': ['stream', { Upstreams: '10.0.0.7:443', status: 'enabled' }],
  }
  const server = make({ nginx: service() }, { proxies })
  assert.is(rulesOf(server, FOUR, 'game').length, 2)
  assert.equal(rulesOf(server, FOUR, 'cam'), [
    '-A gabarit-services -s 192.168.0.0/24 -p tcp -m tcp --dport 554 -m comment --comment cam -j ACCEPT',
  ])
  const denied = '-A gabarit-services -s 192.168.0.9/32 -p tcp -m tcp --dport 554 -j gabarit-refuse'
  assert.equal(
    server.lines(FOUR).filter(line => line.includes('--dport 554')),
    [denied, ...rulesOf(server, FOUR, 'cam')],
  )
  assert.equal(rulesOf(server, FOUR, 'mail.example.org'), [])
  assert.equal(rulesOf(make({ nginx: service({ status: 'disabled' }) }, { proxies }), FOUR, 'game'), [])
})

firewall('public, private and none; lists and ranges; allowed hosts by family', () => {
  const server = make({
    web: service({ access: 'public', TCPPorts: '80, 8000:8010', UDPPort: '443' }),
    nas: service({ access: 'private', TCPPort: '5000' }),
    shut: service({ access: 'none', TCPPort: '1' }),
    bare: service({ TCPPort: '2' }),
    off: service({ status: 'disabled', access: 'public', TCPPort: 'nonsense' }),
    some: service({
      access: 'public',
      TCPPort: '3',
      AllowHosts: '203.0.113.7, 2001:db8::/32',
      DenyHosts: '10.0.0.0/8',
    }),
    few: service({ access: 'private', TCPPort: '4', AllowHosts: '192.168.0.9, 203.0.113.7' }),
  })
  const rule = (protocol: string, port: string, name: string, from = '') =>
    `-A gabarit-services ${from}-p ${protocol} -m ${protocol} --dport ${port} -m comment --comment ${name} -j ACCEPT`
  for (const template of [FOUR, SIX])
    assert.equal(rulesOf(server, template, 'web'), [
      ...['80', '8000:8010'].map(port => rule('tcp', port, 'web')),
      rule('udp', '443', 'web'),
    ])
  assert.equal(rulesOf(server, FOUR, 'nas'), [rule('tcp', '5000', 'nas', '-s 192.168.0.0/24 ')])
  assert.equal(rulesOf(server, SIX, 'nas'), [rule('tcp', '5000', 'nas', '-s fd00:1::/64 ')])
  for (const name of ['shut', 'bare', 'off']) assert.equal(rulesOf(server, FOUR, name), [], name)
  assert.equal(rulesOf(server, FOUR, 'some'), [rule('tcp', '3', 'some', '-s 203.0.113.7/32 ')])
  assert.equal(rulesOf(server, SIX, 'some'), [rule('tcp', '3', 'some', '-s 2001:db8::/32 ')])
  assert.ok(server.lines(FOUR).includes('-A gabarit-services -s 10.0.0.0/8 -p tcp -m tcp --dport 3 -j gabarit-refuse'))
  assert.equal(rulesOf(server, FOUR, 'few'), [rule('tcp', '4', 'few', '-s 192.168.0.9/32 ')])
})

firewall('protocols without ports, by family and by those who may', () => {
  const portforwards: Records = {
    ping: ['portforward', { status: 'enabled', Protocol: 'icmp', DestHost: 'fd00:1::9', AllowHosts: '2001:db8::/32' }],
    six: ['portforward', { status: 'enabled', Protocol: 'ipv6', DestHost: '192.168.0.9', DenyHosts: '203.0.113.7' }],
    open: ['portforward', { status: 'enabled', Protocol: 'esp', DestHost: 'fd00:1::8', Direct: 'yes' }],
  }
  const server = make(
    { ipsec: service({ access: 'private', UDPPort: '500', Protocols: 'esp, icmp', DenyHosts: '192.168.0.9' }) },
    { portforwards },
  )
  const rules = (template: string) =>
    server.lines(template).filter(line => /-p (\d+|icmp|ipv6-icmp) .*--comment/.test(line))
  assert.equal(rules(FOUR), [
    '-A gabarit-services -s 192.168.0.0/24 -p 50 -m comment --comment ipsec -j ACCEPT',
    '-A gabarit-services -s 192.168.0.0/24 -p icmp -m icmp --icmp-type 8 -m comment --comment ipsec -j ACCEPT',
    '-A gabarit-forwards -p 41 -m comment --comment six -j DNAT --to-destination 192.168.0.9',
  ])
  assert.ok(server.lines(FOUR).includes('-A gabarit-services -s 192.168.0.9/32 -p 50 -j gabarit-refuse'))
  assert.ok(server.lines(FOUR).includes('-A gabarit-forwards -s 203.0.113.7/32 -p 41 -j RETURN'))
  const ping = '-p ipv6-icmp -m icmp6 --icmpv6-type 128 -m comment --comment'
  assert.equal(rules(SIX), [
    '-A gabarit-services -s fd00:1::/64 -p 50 -m comment --comment ipsec -j ACCEPT',
    `-A gabarit-services -s fd00:1::/64 ${ping} ipsec -j ACCEPT`,
    '-A FORWARD -d fd00:1::8 -p 50 -m comment --comment open -j ACCEPT',
    `-A gabarit-forwards -s 2001:db8::/32 ${ping} ping -j DNAT --to-destination fd00:1::9`,
  ])
  for (const Protocols of ['tcp', '47', 'gre;x', '"gre -j ACCEPT"'])
    assert.match(make({ odd: service({ Protocols }) }).refusal(FOUR), 'the record "odd", property Protocols: ')
})

const LISTS: readonly (readonly [content: string | undefined, said: string])[] = [
  [undefined, '/lists/fr does not exist'],
  ['', '/lists/fr has no network'],
  ['# 10.0.0.0/8\n\r\n', '/lists/fr has no network'],
  ['10.0.0.0/8\n203.0.113.7 -j ACCEPT\n', '/lists/fr:2: "203.0.113.7 -j ACCEPT" is not an address or a network'],
  ['<html>\n', '/lists/fr:1: "<html>" is not'],
  ['10.0.0.1/8\n', '/lists/fr:1: "10.0.0.1/8" is not'],
  ['203.0.113.0/24\n0.0.0.0/0\n', '/lists/fr:2: "0.0.0.0/0" is every address'],
  ['::/0\n', '/lists/fr:1: "::/0" is every address'],
  ['/lists/other\n', '/lists/fr:1: "/lists/other" is not'],
  ['\u0000\u0001', '/lists/fr:1: '],
]
for (const [content, said] of LISTS)
  firewall(`a file of networks with ${JSON.stringify(content)} is refused, of a service and of a forward`, () => {
    const forward = { status: 'enabled', Port: '80', DestHost: '192.168.0.9' }
    for (const property of ['AllowHosts', 'DenyHosts'])
      for (const server of [
        make({ odd: service({ access: 'public', TCPPort: '3', [property]: '/lists/fr' }) }),
        make({}, { portforwards: { odd: ['portforward', { ...forward, [property]: '192.168.0.3,/lists/fr' }] } }),
      ]) {
        if (content !== undefined) outputFileSync(join(server.root, 'lists/fr'), content)
        assert.match(server.refusal(FOUR), `the record "odd", property ${property}: ${said}`)
      }
  })

firewall('a VPN of one family is passed on in that family only', () => {
  const server = make({ vpn: service(VPN) })
  const [four, six] = [server.lines(FOUR), server.lines(SIX)]
  assert.ok(four.includes('-A FORWARD -i tun+ -j gabarit-to-local'))
  assert.ok(four.includes('-A POSTROUTING -s 10.8.0.0/24 -j MASQUERADE'))
  assert.not(six.some(line => line.includes('tun+')))
  assert.equal(server.lines(SYSCTL), ['net.ipv4.ip_forward = 1'])
  const routed = make({ vpn: service({ ...VPN, Masquerade: 'no' }) })
  assert.not(routed.lines(FOUR).some(line => line.includes('MASQUERADE')))
})

firewall('clients of OpenVPN reach the routes of their server, or everything, but not from tunnel to tunnel', () => {
  const vpn = { proto: 'udp', port: '1194', device: 'tun0', network: '10.8.0.0 255.255.255.0', network6: 'fd00:8::/64' }
  const forward = (server: Files, template: string) =>
    server.lines(template).filter(line => /^-A FORWARD -i tun0 (-s|-o)/.test(line))
  const routed = make({ openvpn: service({ ...vpn, routes: '10.1.0.0 255.255.0.0, fd01::/64, 192.168.0.0/24' }) })
  const refuse = '-A FORWARD -i tun0 -o tun0 -j gabarit-refuse'
  assert.equal(forward(routed, FOUR), [refuse, '-A FORWARD -i tun0 -s 10.8.0.0/24 -d 10.1.0.0/16 -j ACCEPT'])
  assert.equal(forward(routed, SIX), [refuse, '-A FORWARD -i tun0 -s fd00:8::/64 -d fd01::/64 -j ACCEPT'])
  const all = make({ openvpn: service({ ...vpn, redirectGateway: 'yes' }) })
  assert.equal(forward(all, FOUR), [refuse, '-A FORWARD -i tun0 -s 10.8.0.0/24 -d 0.0.0.0/0 -j ACCEPT'])
  assert.equal(forward(make({ openvpn: service(vpn) }), FOUR), [])
  const client = (properties: Properties): [string, Properties] => ['client', { status: 'enabled', ...properties }]
  const further = make(
    { openvpn: service(vpn), 'openvpn-tcp': ['service', { status: 'disabled' }] },
    {
      vpn: {
        fixed: client({ server: 'openvpn', Address: '10.8.0.9', routes: '10.2.0.0 255.255.0.0,192.168.0.0/24' }),
        any: client({ server: 'openvpn', Address6: 'fd00:8::9', routes: '10.3.0.0/16,fd03::/64' }),
        out: client({ status: 'disabled', server: 'openvpn', routes: '10.4.0.0/16' }),
        other: client({ server: 'openvpn-tcp', routes: '10.5.0.0/16' }),
      },
    },
  )
  const accept = (pair: string) => `-A FORWARD -i tun0 ${pair} -j ACCEPT`
  assert.equal(forward(further, FOUR), [
    refuse,
    accept('-s 10.8.0.0/24 -d 10.3.0.0/16'),
    accept('-s 10.8.0.9/32 -d 10.2.0.0/16'),
  ])
  assert.equal(forward(further, SIX), [refuse, accept('-s fd00:8::9/128 -d fd03::/64')])
})

firewall('a tunnel that a custom fragment adds', () => {
  const server = make({})
  const tunnel = "{ service: 'wg', interfaces: ['wg0'], networks: ['10.9.0.0/24', 'fd00:9::/64'], masquerade: true }"
  const fragment = join(server.root, 'etc/gabarit/templates-custom/etc/iptables/rules.v4/15Wg')
  outputFileSync(fragment, `<% vars.list('tunnels').push(${tunnel}) %>\n`)
  assert.ok(server.lines(FOUR).includes('-A POSTROUTING -s 10.9.0.0/24 -j MASQUERADE'))
  assert.ok(server.lines(SIX).includes('-A POSTROUTING -s fd00:9::/64 -j MASQUERADE'))
})

firewall('port forwards of SME Server are taken over', () => {
  const server = new Server({ configuration: configuration({ firewall: ['service', { status: 'enabled' }] }) })
  server.write(
    '/old/portforward_tcp',
    [
      '8080=forward|AllowHosts||Comment|the NAS|DenyHosts||DestHost|192.168.1.9|DestPort|80',
      '2222=forward|AllowHosts|203.0.113.7, 198.51.100.0/24|DenyHosts|0.0.0.0/0|DestHost|192.168.1.8|DestPort|22',
      '6000-6010=forward|AllowHosts| |DenyHosts|203.0.113.9|DestHost|192.168.1.7|DestPort|6000-6010',
      '7000-7010=forward|DestHost|192.168.1.7|DestPort|8000-8010',
      '5555=forward|Comment|VPN|DestHost|localhost|DestPort|5556',
      '9=forward|DenyHosts|0.0.0.0/0|DestHost|192.168.1.6',
    ].join('\n'),
  )
  server.write('/old/portforward_udp', '8080=forward|DestHost|192.168.1.9\n')
  const { stdout, stderr } = server.run(['gabarit', 'import', '--tree', server.path('/old')])
  assert.is(stdout, 'portforwards: 6 records imported\nportforwards: 1 record imported\n')
  const said = (record: string, what: string) =>
    assert.match(stderr, `record "${record}": imported as disabled: ${what}`)
  said('7000-7010', 'a range keeps its port numbers, so 7000:7010 cannot be forwarded to 8000:8010')
  said('5555', 'it forwards to port 5556 of the server itself')
  said('9', 'it allows nobody')
  assert.not.match(stderr, 'imported, but')
  server.must('gabarit initialize-default-databases')
  assert.not.match(server.run('gabarit lint').stdout, 'portforwards')
  const to = (protocol: string, port: string, host: string) =>
    `-p ${protocol} -m ${protocol} --dport ${port} -m comment --comment ${protocol}-${port.replace(':', '-')} -j DNAT --to-destination ${host}`
  assert.equal(
    server.lines(FOUR).filter(line => /^-A gabarit-forwards /.test(line)),
    [
      ...['203.0.113.7/32', '198.51.100.0/24'].map(
        from => `-A gabarit-forwards -s ${from} ${to('tcp', '2222', '192.168.1.8:22')}`,
      ),
      '-A gabarit-forwards -s 203.0.113.9/32 -p tcp -m tcp --dport 6000:6010 -j RETURN',
      `-A gabarit-forwards ${to('tcp', '6000:6010', '192.168.1.7')}`,
      `-A gabarit-forwards ${to('tcp', '8080', '192.168.1.9:80')}`,
      `-A gabarit-forwards ${to('udp', '8080', '192.168.1.9')}`,
    ],
  )
  assert.is(server.must('db portforwards getprop tcp-8080 Comment'), 'the NAS\n')
  server.remove()
})

const BAD: readonly (readonly [property: string, value: string])[] = [
  ['TCPPort', '80\n-A INPUT -j ACCEPT'],
  ['AllowHosts', 'host.example'],
  ['AllowHosts', '10.8.0.5/24'],
  ['DenyHosts', 'fd00::5/64'],
  ['TunnelNetwork', '10.8.0.0/99'],
  ['TunnelInterface', '!tun0'],
]
for (const [property, value] of BAD)
  firewall(`${property} ${JSON.stringify(value)} is refused with its record`, () => {
    const server = make({
      odd: service({ access: 'public', UDPPort: '1', TunnelInterface: 'tun0', [property]: value }),
    })
    assert.match(server.refusal(FOUR), `the record "odd", property ${property}: `)
  })

firewall('a network that is none is refused with its key', () => {
  const networks = { office: ['network', { Mask: '255.255.255.0' }] } as const
  assert.match(make({}, { networks }).refusal(FOUR), 'the record "office" of the database networks: ')
  for (const [key, properties, said] of [
    ['fd00::', { Mask: '255.255.255.0' }, '"255.255.255.0" is not a netmask'],
    ['10.5.0.7', { Mask: '255.255.255.0' }, 'it is one address of the network 10.5.0.0/24, which must be the key'],
    ['fd00::1/64', {}, 'it is one address of the network fd00::/64'],
    ['10.5.0.0/24', { Mask: '255.255.0.0' }, 'its Mask 255.255.0.0 is not that of 10.5.0.0/24: leave it empty'],
    ['10.5.0.0', { Mask: '0.0.0.0' }, ''],
    ['0.0.0.0/0', {}, 'every machine of the world would count as local'],
  ] as const)
    assert.match(
      make({}, { networks: { [key]: ['network', properties] } }).refusal(FOUR),
      `the record "${key}" of the database networks: ${said}`,
    )
})

firewall('a private service without a local network is told, unless a VPN brings clients', () => {
  const warnings = (vpn: Properties) => {
    const game = service({ access: 'private', TCPPort: '2000' })
    const server = make({ game, vpn: service(vpn) }, { networks: {} })
    for (const file of [FOUR, SIX]) server.lines(file)
    return server.warnings.filter(text => text.startsWith('game has access private, but there is no local network'))
  }
  assert.is(warnings({}).length, 2)
  assert.equal(warnings({ TunnelInterface: 'wg0' }), [])
  assert.equal(warnings({ TunnelInterface: 'wg0', TunnelNetwork: '10.8.0.0/24' }), [])
})

firewall('other packet filters are not started beside ours, and ours comes after them', () => {
  const unit = make({}).lines('/etc/systemd/system/gabarit-firewall.service')
  const others = 'ufw.service nftables.service netfilter-persistent.service firewalld.service'
  for (const line of [`Conflicts=shutdown.target ${others}`, `After=${others}`]) assert.ok(unit.includes(line), line)
})

const FORWARDS: readonly (readonly [forward: Properties, said: string])[] = [
  [{ Port: '80', DestHost: '192.168.0.0/24' }, 'DestHost must be one address'],
  [{ Port: '80,81', DestHost: '192.168.0.9' }, 'one port or one range'],
  [{ DestHost: '192.168.0.9' }, 'one port or one range'],
  [{ Port: '80:90', DestHost: '192.168.0.9', DestPort: '8080' }, 'leave DestPort empty'],
  [{ Port: '20:30', DestHost: '192.168.0.9' }, 'port 22 is that of ssh'],
  [{ Port: '22', Protocol: 'both', DestHost: '192.168.0.9' }, 'port 22 is that of ssh'],
  [{ Port: '80', DestHost: '127.0.0.1' }, 'DestHost 127.0.0.1 is this server'],
  [{ Port: '80', DestHost: '0.0.0.0' }, 'DestHost 0.0.0.0 is this server'],
  [{ Port: '80', DestHost: '224.0.0.1' }, 'DestHost 224.0.0.1 is not the address of another machine'],
  [{ Protocol: 'gre', Port: '80', DestHost: '192.168.0.9' }, 'gre has no ports: leave Port and DestPort empty'],
  [{ Protocol: '47 -j ACCEPT', DestHost: '192.168.0.9' }, 'Protocol "47 -j ACCEPT" is not one of tcp, udp, both'],
  [{ Port: '80', DestHost: 'nas; id' }, 'property DestHost: "nas" is not an address'],
]
for (const [forward, said] of FORWARDS)
  firewall(`a port forward ${JSON.stringify(forward)} is refused`, () => {
    const portforwards = { bad: ['portforward', { status: 'enabled', ...forward }] } as const
    const stderr = make({}, { portforwards }).refusal(FOUR)
    assert.match(stderr, said)
    assert.match(stderr, '"bad"')
  })

firewall('a port forward that takes the port of a service is told', () => {
  const warnings = (forward: Properties) => {
    const portforwards = { web: ['portforward', { status: 'enabled', DestHost: '192.168.0.9', ...forward }] } as const
    const server = make(
      {
        httpd: service({ access: 'public', TCPPort: '443' }),
        game: service({ access: 'public', UDPPort: '27000:27100' }),
      },
      { portforwards },
    )
    assert.ok(server.lines(FOUR).length > 0)
    return server.warnings
  }
  assert.equal(warnings({ Port: '440:450' }), ['the port forward "web" takes port 440:450 from httpd'])
  assert.equal(warnings({ Port: '443', Protocol: 'udp' }), [])
  assert.equal(warnings({ Port: '27050', Protocol: 'both' }), ['the port forward "web" takes port 27050 from game'])
  assert.equal(warnings({ Port: '27050' }), [])
})

firewall('without the firewall there are no rules', () => {
  const server = make({ firewall: service({ status: 'disabled' }) })
  for (const template of [FOUR, SIX]) assert.is(server.text(template), undefined)
})

firewall('guests are in no local network, whatever the word for it', () => {
  const guests = (key: string, Guest: string) => make({}, { networks: { ...LOCAL, [key]: ['network', { Guest }] } })
  const isLocal = (server: Files) => server.lines(FOUR).includes('-A gabarit-local -s 10.5.0.0/16 -j ACCEPT')
  assert.equal(
    ['no', 'yes'].map(word => isLocal(guests('10.5.0.0/16', word))),
    [true, false],
  )
  for (const word of ['', 'perhaps'])
    assert.match(guests('10.5.0.0/16', word).refusal(FOUR), 'networks: 10.5.0.0/16: property Guest: ')
  for (const key of ['192.168.0.128/25', '192.168.0.0/16', '0.0.0.0/0'])
    assert.match(
      guests(key, 'yes').refusal(FOUR),
      `the network of guests ${key} overlaps the local network 192.168.0.0/24`,
    )
})

firewall('guests that overlap a local network are refused by the web server too, which has no firewall to ask', () => {
  const networks: Records = {
    '10.5.0.0': ['network', { Mask: '255.255.255.0' }],
    '10.5.0.0/24': ['network', { Guest: 'yes' }],
  }
  const server = new Server({ configuration: configuration({ httpd: ['service', { access: 'private' }] }), networks })
  const { status, stderr } = server.run('signal-event console-save')
  assert.is(status, 3)
  assert.match(stderr, 'the network of guests 10.5.0.0/24 overlaps the local network 10.5.0.0/24')
  server.remove()
})

firewall('who may connect is never everybody by mistake: IPv4 in IPv6, and a list without elements', () => {
  const ports = { access: 'public', TCPPort: '99' }
  for (const [property, value, said] of [
    ['AllowHosts', ',', '"," is not an address or a network'],
    ['DenyHosts', ' ; ', '" ; " is not an address or a network'],
    ['AllowHosts', '::ffff:10.0.0.1', 'did you mean "10.0.0.1"?'],
    ['DenyHosts', '10.0.0.9,::ffff:10.0.0.0/104', 'did you mean "10.0.0.0/8"?'],
  ] as const)
    assert.match(make({ foo: service({ ...ports, [property]: value }) }).refusal(FOUR), said)
  assert.ok(
    make({ foo: service({ ...ports, AllowHosts: '' }) })
      .lines(FOUR)
      .some(line => line.includes('--dport 99')),
  )
})

firewall('a port forward whose AllowHosts are all of the other family is told: nobody can use it', () => {
  const told = (properties: Properties, template: string) => {
    const files = make({}, { portforwards: { nas: ['portforward', { status: 'enabled', Port: '80', ...properties }] } })
    files.text(template)
    return files.warnings.filter(warning => warning.includes('nobody can use it'))
  }
  const [four, six] = [{ DestHost: '192.168.0.9' }, { DestHost: 'fd00:1::9' }]
  for (const more of [{}, { Direct: 'yes' }]) {
    const [warning, ...others] = told({ ...four, ...more, AllowHosts: '2001:db8::/32,fd00::1' }, FOUR)
    assert.match(
      warning ?? '',
      '"nas": nobody can use it, because DestHost 192.168.0.9 is IPv4 and all AllowHosts are IPv6',
    )
    assert.equal(others, [])
    assert.is(told({ ...six, ...more, AllowHosts: '203.0.113.0/24' }, SIX).length, 1)
    assert.equal(told({ ...four, ...more, AllowHosts: '2001:db8::/32,203.0.113.7' }, FOUR), [])
    assert.equal(told({ ...six, ...more }, SIX), [])
    assert.equal(told({ ...four, ...more, AllowHosts: '2001:db8::1', status: 'disabled' }, FOUR), [])
  }
})

firewall('a direct port forward keeps address and port', () => {
  const direct = (properties: Properties) =>
    make(
      { firewall: service({ ExternalInterface: 'eth1' }) },
      { portforwards: { web: ['portforward', { status: 'enabled', Direct: 'yes', ...properties }] } },
    )
  const web = direct({ Port: '443', Protocol: 'both', DestHost: 'fd00:1::9', AllowHosts: '2001:db8::/32,10.0.0.1' })
  assert.equal(
    web.lines(SIX).filter(line => line.includes('--comment web ')),
    ['tcp', 'udp'].map(
      protocol =>
        `-A FORWARD -s 2001:db8::/32 -d fd00:1::9 -i eth1 -p ${protocol} -m ${protocol} --dport 443 -m comment --comment web -j ACCEPT`,
    ),
  )
  assert.not(web.lines(FOUR).some(line => line.includes('--comment web ')))
  for (const [forward, said] of [
    [
      { Port: '443', DestHost: 'fd00:1::9', DestPort: '8443' },
      'with Direct the port stays as it is: leave DestPort empty',
    ],
    [{ Port: '443', DestHost: 'fd00:1::9', Address: 'fd00:1::1' }, 'with Direct the other machine has its own address'],
    [{ DestHost: 'fd00:1::9' }, 'Port must be one port or one range of ports'],
    [{ Port: '443', DestHost: 'fd00:1::/64' }, 'DestHost must be one address'],
    [{ Port: '443', DestHost: '::1' }, 'DestHost ::1 is this server'],
    [{ Port: '443', DestHost: 'fe80::1' }, 'DestHost fe80::1 is not the address of another machine'],
  ] as const)
    assert.match(direct(forward).refusal(SIX), `the port forward "web": ${said}`)
})

firewall('two port forwards of one port: refused, unless they are for different people', () => {
  const two = (first: Properties, second: Properties) =>
    make(
      {},
      {
        portforwards: {
          one: ['portforward', { status: 'enabled', DestHost: '192.168.0.8', ...first }],
          two: ['portforward', { status: 'enabled', DestHost: '192.168.0.9', ...second }],
        },
      },
    )
  for (const [first, second] of [
    [{ Port: '80' }, { Port: '80' }],
    [
      { Port: '80:90', Protocol: 'both' },
      { Port: '85', Protocol: 'udp' },
    ],
  ] as const)
    assert.match(two(first, second).refusal(FOUR), /"two": port \d+ is already forwarded by "one"/)
  const order = (server: Files) =>
    server.lines(FOUR).flatMap(line => /^-A gabarit-forwards .*--to-destination (\S+)/.exec(line)?.[1] ?? [])
  assert.equal(order(two({ Port: '80' }, { Port: '80', Protocol: 'udp' })), ['192.168.0.8', '192.168.0.9'])
  assert.equal(
    order(two({ Port: '80' }, { Port: '80', AllowHosts: '203.0.113.7' })),
    ['192.168.0.9', '192.168.0.8'],
    'the one for everybody comes last',
  )
  assert.equal(order(two({ Port: '80' }, { Port: '80', Address: '203.0.113.1' })), ['192.168.0.9', '192.168.0.8'])
  assert.match(
    two({ Port: '80', AllowHosts: '10.0.0.0/8' }, { Port: '80', AllowHosts: '10.1.0.0/16,10.2.0.1' }).refusal(FOUR),
    '"two": port 80 is already forwarded by "one"',
  )
  const other = { Port: '80', AllowHosts: '10.1.0.0/16,11.0.0.0/8' }
  assert.is(order(two({ Port: '80', AllowHosts: '10.0.0.0/8' }, other)).length, 3, 'only a part of it is hidden')
  for (const [Address, said] of [
    ['203.0.113.1', '"two": port 80 is already forwarded by "one"'],
    ['2001:db8::1', '"one": Address must be one address of the same family as DestHost'],
  ] as const)
    assert.match(two({ Port: '80', Address }, { Port: '80', Address }).refusal(FOUR), said)
  assert.equal(order(two({ Port: '80' }, { Port: '80', status: 'disabled' })), ['192.168.0.8'])
})

firewall('settings of the kernel: derived, overridden, taken out', () => {
  const vpn = service({ ...VPN, TunnelNetwork: '10.8.0.0/24 fd00:8::/64' })
  const derived = ['net.ipv4.ip_forward = 1', 'net.ipv6.conf.all.forwarding = 1', 'net.ipv6.conf.default.accept_ra = 2']
  assert.equal(make({ vpn }).lines(SYSCTL), derived)
  const off = service({ status: 'disabled' })
  assert.equal(make({ vpn, firewall: off }).lines(SYSCTL), derived, 'a VPN passes packets on without a packet filter')
  assert.is(make({ firewall: off }).text(SYSCTL), undefined)
  const gateway = make({ vpn, firewall: service({ ExternalInterface: 'eth0.100' }) })
  assert.ok(gateway.lines(SYSCTL).includes('net.ipv6.conf.eth0/100.accept_ra = 2'))
  const own = { 'net.ipv4.ip_forward': '0', 'net.ipv4.tcp_rmem': '4096 131072 6291456' }
  const overridden = make({ vpn, sysctl: service(own) }).lines(SYSCTL)
  assert.equal(
    [overridden[0], overridden.at(-1)],
    ['net.ipv4.ip_forward = 0', 'net.ipv4.tcp_rmem = 4096 131072 6291456'],
  )
  assert.equal(make({ vpn, sysctl: service({ 'net.ipv4.ip_forward': '' }) }).lines(SYSCTL), derived.slice(1))
})

for (const [name, value] of [
  ['../../etc/passwd', '1'],
  ['net.x y', '1'],
  ['-net.ipv4.ip_forward', '1'],
  ['net..x', '1'],
  ['net.ipv4.x', '1\nkernel.sysrq = 1'],
  ['net.ipv4.x', '1 # x'],
] as const)
  firewall(`the setting ${name} ${JSON.stringify(value)} is refused`, () => {
    assert.match(
      make({ sysctl: service({ [name]: value }) }).refusal(SYSCTL),
      /is not (the name of a setting|a valid value)/,
    )
  })

firewall('sshd: only what the record says, and no file without', () => {
  const server = make({
    sshd: service({
      access: 'public',
      TCPPort: '2222',
      PermitRootLogin: 'no',
      AllowGroups: 'admins, ops',
      ListenAddress: '10.0.0.1,fd00::1',
    }),
  })
  assert.equal(server.lines(SSHD), [
    'Port 2222',
    'ListenAddress 10.0.0.1',
    'ListenAddress fd00::1',
    'PermitRootLogin no',
    'AllowGroups admins ops',
  ])
  assert.ok(server.lines(FOUR).some(line => line.includes('--dport 2222') && line.includes('--comment sshd')))
  const off = make({ sshd: service({ status: 'disabled', access: 'public' }) })
  assert.equal(rulesOf(off, FOUR, 'sshd'), [], 'while it is disabled, nobody but the local networks gets to its port')
  assert.ok(off.lines(FOUR).includes('-A gabarit-services -p tcp -m tcp --dport 22 -j gabarit-local'))
  const bare = make({ sshd: service({ access: 'public' }) })
  assert.is(bare.text(SSHD), undefined)
  assert.ok(bare.lines(FOUR).some(line => line.includes('--dport 22 ')))
  for (const value of ['$(id)', '"', '#'])
    assert.match(
      make({ sshd: service({ AllowGroups: value }) }).refusal(SSHD),
      /the record sshd: AllowGroups .* is not a plain word/,
    )
})

firewall('disabled: no rules, no unit, and stopping is all that is asked', () => {
  const server = new Server({ configuration: configuration() })
  const stdout = server.must('signal-event firewall-update')
  assert.match(stdout, /firewall: would \S+\/services\/firewall stop \(not below/)
  for (const path of [FOUR, SIX, '/etc/systemd/system/gabarit-firewall.service'])
    assert.not(existsSync(server.path(path)), path)
  server.must('config setprop firewall status enabled')
  server.must('signal-event console-save')
  assert.ok(server.exists('/etc/systemd/system/sysinit.target.wants/gabarit-firewall.service'))
  assert.ok(
    (server.read('/etc/systemd/system/gabarit-firewall.service').match(/services\/firewall/g)?.length ?? 0) === 2,
  )
  server.remove()
})

firewall.run()
