// A VPN that takes over from another: old profiles, several ways to the server, settings of single clients. With the real OpenVPN
// on both sides. Runs as root, in private namespaces, on `/`.
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons, stop } from '../support/daemons.ts'
import { enterNamespace } from '../support/namespace.ts'
import { addNode, commandOn, connect, onNode, route } from '../support/nodes.ts'
import { needsCommands } from '../support/packages.ts'
import { addS6Service, startS6 } from '../support/s6.ts'
import { must, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { said } from '../support/vpn.ts'
import { waitFor } from '../support/wait.ts'

const PROGRAMS = ['openvpn', 'ip', 'ping', 'ss', 's6-svscan', 'openssl', 'iptables', 'ip6tables', 'make-cadir']
const reason = needsCommands(...PROGRAMS) ?? enterNamespace('oldprofiles')
const scenario = suite('old profiles')
const step = stepsOf(scenario, reason)
const daemons = new Daemons()
const folder = mkdtempSync(join(tmpdir(), 'gabarit-old-'))
const scan = '/run/service'
const INSIDE = '10.77.0.9'
const FAR = ['203.0.113.9', '2001:db8:f::9'] as const

const tried = (line: string) => run(words(line), { timeoutSeconds: 120 })
const type = (line: string) => must(words(line), { timeoutSeconds: 120 })
const pings = (node: string, address: string) => run(commandOn(node, 'ping', '-c1', '-W1', address)).status === 0
const reaches = (node: string, address: string) => waitFor(`${node} to reach ${address}`, () => pings(node, address))
const logOf = () => readFileSync('/run/openvpn.log', 'utf8')
const connected = () =>
  (JSON.parse(type('gabarit vpn clients --json')) as { name: string; connections: unknown[] }[])
    .filter(({ connections }) => connections.length > 0)
    .map(({ name }) => name)

let dialled = 0
/** Starts a stock client, and ends it after the work. */
async function withClient(profile: string, work: (output: () => string) => unknown): Promise<void> {
  const name = `client-${dialled++}`
  const file = join(folder, `${name}.ovpn`)
  writeFileSync(file, `${profile}connect-retry 1 1\nverb 4\n`, { mode: 0o600 })
  const output = () => daemons.output(name)
  const client = await daemons.start(name, commandOn('away', 'openvpn', '--config', file), () =>
    output().includes('Initialization Sequence Completed'),
  )
  try {
    await work(output)
  } finally {
    await stop(client)
  }
}

const profileOf = (name: string) => type(`gabarit vpn profile ${name}`)

scenario.after(async () => {
  await daemons.stopAll()
  rmSync(folder, { recursive: true, force: true })
})

step('a gateway, a machine away behind a router, one inside, one far out', async () => {
  for (const node of ['away', 'router', 'inside', 'far']) addNode(node)
  const cable = (device: string, here: readonly string[], node: string, there: readonly string[], from?: string) =>
    connect(
      { ...(from === undefined ? {} : { node: from }), device, addresses: here },
      { node, device: 'eth0', addresses: there },
    )
  cable('away0', ['198.51.100.1/24', '2001:db8:1::1/64'], 'away', ['198.51.100.2/24', '2001:db8:1::2/64'], 'router')
  cable('out0', ['198.18.0.2/24', '2001:db8:3::2/64'], 'router', ['198.18.0.1/24', '2001:db8:3::1/64'])
  cable('lan0', ['10.77.0.1/24'], 'inside', [`${INSIDE}/24`])
  cable(
    'far0',
    ['203.0.113.1/24', '2001:db8:f::1/64'],
    'far',
    FAR.map(address => `${address}/${address.includes(':') ? 64 : 24}`),
  )
  route('away', '198.51.100.1', '2001:db8:1::1')
  route('inside', '10.77.0.1')
  route('far', '203.0.113.1', '2001:db8:f::1')
  onNode('router', 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1')
  route(undefined, '198.18.0.1', '2001:db8:3::1')
  await reaches('away', '198.18.0.2')
  await startS6(daemons, scan)
  addS6Service(
    scan,
    'openvpn-server@openvpn',
    '#!/bin/sh\nmkdir -p /run/openvpn-server\ncd /etc/openvpn/server\nexec openvpn --config openvpn.conf >>/run/openvpn.log 2>&1\n',
  )
  type('gabarit initialize-default-databases')
  type('db networks set 10.77.0.0 network Mask 255.255.255.0')
  type('config setprop openvpn remoteHost 198.18.0.2 status enabled')
})

step('a port that somebody else holds: the holder is named', async () => {
  const other = join(folder, 'other.conf')
  writeFileSync(other, `port 1194\nproto udp\ndev null\nmode p2p\n`)
  const holder = await daemons.start('other', ['openvpn', '--config', other], () =>
    must(['ss', '-Hlnu']).includes(':1194 '),
  )
  const refused = tried('signal-event openvpn-update')
  assert.is(refused.status, 1, said(refused))
  assert.match(
    said(refused),
    `openvpn does not come up: udp port 1194 is held by openvpn --config ${other} (process ${holder.pid})`,
  )
  await stop(holder)
  type('signal-event openvpn-update')
  await waitFor('the server', () => logOf().includes('Initialization Sequence Completed'))
})

step(
  'a file that the running server has not read since it changed is named, and a certificate that it does not show',
  () => {
    const effective = () => JSON.parse(tried('gabarit verify --effective --json').stdout).effective
    const ofVPN = () => effective().differences.filter(({ service }: { service: string }) => service === 'openvpn')
    const wayOut = 'To have it read them: gabarit vpn restart openvpn'
    const file = '/etc/openvpn/server/openvpn.crt'
    for (const settings of [
      'tlsMode tls-auth keyDirection none',
      'proto tcp tlsMode none',
      'proto udp tlsMode tls-crypt',
    ]) {
      type(`config setprop openvpn ${settings}`)
      type('signal-event openvpn-update')
      assert.equal(ofVPN(), [], settings)
    }
    type('config setprop openvpn keyDirection 0')
    must(['touch', '-d', '1 minute', '/etc/openvpn/server/ta.key'])
    const [old, ...more] = ofVPN()
    assert.equal(more, [])
    assert.match(old.wanted, '/etc/openvpn/server/ta.key of ')
    assert.is(old.wayOut, wayOut)
    must(['touch', '-d', 'yesterday', '/etc/openvpn/server/ta.key'])
    const served = readFileSync(file, 'utf8')
    must([
      ...words('openssl req -x509 -nodes -newkey rsa:2048 -subj /CN=other -keyout /dev/null -set_serial 0x77 -out'),
      file,
    ])
    must(['touch', '-d', 'yesterday', file])
    const [other, ...others] = ofVPN()
    assert.equal(others, [])
    assert.is(other.wanted, `${file} (serial number 77)`)
    assert.is(other.holds, new X509Certificate(served).serialNumber)
    assert.is(other.wayOut, wayOut)
    writeFileSync(file, served)
  },
)

step(
  'a client whose name has an @; a connection is ended by its address, and a name nobody has is exit 1',
  async () => {
    type('db vpn set anna@example.org client Address 10.8.0.50')
    type('signal-event vpn-client-create anna@example.org')
    await withClient(profileOf('anna@example.org'), async output => {
      await reaches('away', INSIDE)
      assert.match(onNode('away', 'ip', '-brief', 'address', 'show', 'tun0'), '10.8.0.50/24')
      const from = /198\.51\.100\.2:\d+/.exec(type('gabarit vpn clients'))?.[0] ?? ''
      assert.is(tried('gabarit vpn kill 198.51.100.2:1').status, 1)
      assert.match(type(`gabarit vpn kill ${from}`), `anna@example.org at ${from} was disconnected from openvpn`)
      await waitFor('anna to come back', () => output().split('Initialization Sequence Completed').length > 2)
    })
    const nobody = tried('gabarit vpn kill nobodyhere')
    assert.is(nobody.status, 1)
    assert.match(said(nobody), 'nobodyhere is not connected')
    for (const name of ['@x', 'a@b/c']) assert.is.not(tried(`db vpn set ${name} client`).status, 0, name)
  },
)

step('old profiles with compression pass traffic with oldCompression migrate only', async () => {
  const profile = profileOf('anna@example.org')
  for (const line of ['compress lz4', 'comp-lzo']) {
    await withClient(`${profile}${line}\n`, () => assert.not(pings('away', INSIDE), line))
    type('config setprop openvpn oldCompression migrate')
    type('signal-event openvpn-update')
    await withClient(`${profile}${line}\n`, () => reaches('away', INSIDE))
    type('config setprop openvpn oldCompression no')
    type('signal-event openvpn-update')
  }
})

step('old profiles without auth: SHA1, with a warning', async () => {
  type('config setprop openvpn tlsMode tls-auth')
  type('signal-event openvpn-update')
  const old = () => profileOf('anna@example.org').replace(/^auth .*\n/m, '')
  const file = join(folder, 'hangs.ovpn')
  writeFileSync(file, `${old()}hand-window 3\ntls-exit\n`, { mode: 0o600 })
  run(commandOn('away', 'openvpn', '--config', file), { timeoutSeconds: 30 })
  assert.match(logOf(), 'cannot locate HMAC')
  type('config setprop openvpn auth SHA1')
  assert.match(said(tried('signal-event openvpn-update')), 'warning: openvpn: auth SHA1 is only for old profiles')
  await withClient(old(), () => reaches('away', INSIDE))
  type('config setprop openvpn auth SHA256 tlsMode tls-crypt')
  assert.not.match(said(tried('signal-event openvpn-update')), 'SHA1')
})

step('several ways to the server: the next one is taken when one does not answer', async () => {
  assert.is(run(['config', 'setprop', 'openvpn', 'remotes', '198.18.0.2 port']).status, 3)
  must(['config', 'setprop', 'openvpn', 'remotes', '198.18.0.2 70000'])
  const refused = tried('signal-event openvpn-update')
  assert.is(refused.status, 3)
  assert.match(said(refused), 'openvpn: remotes: 70000 is not a port')
  must(['config', 'setprop', 'openvpn', 'remotes', '198.18.0.2 443 tcp,198.18.0.2', 'remoteHost', '198.18.0.77'])
  type('signal-event openvpn-update')
  const profile = profileOf('anna@example.org')
  assert.equal(profile.match(/^remote .*/gm), [
    'remote 198.18.0.77 1194',
    'remote 198.18.0.2 443 tcp',
    'remote 198.18.0.2 1194 udp',
  ])
  await withClient(profile.replace('resolv-retry infinite', 'resolv-retry infinite\nconnect-timeout 2'), async () => {
    await waitFor('the third way', () => connected().includes('anna@example.org'))
    await reaches('away', INSIDE)
  })
  type('config setprop openvpn remoteHost 198.18.0.2')
  type('config delprop openvpn remotes')
  type('signal-event openvpn-update')
})

step('mssfix makes the segments of TCP smaller', async () => {
  const mss = async (): Promise<number> => {
    let found = 0
    await withClient(profileOf('anna@example.org'), async () => {
      await reaches('away', INSIDE)
      const server = await daemons.start(
        `tcp-${dialled}`,
        commandOn('inside', process.execPath, '-e', "require('net').createServer(() => {}).listen(8000)"),
        () => onNode('inside', 'ss', '-Hlnt').includes(':8000'),
      )
      const caller = await daemons.start(
        `call-${dialled}`,
        commandOn('away', process.execPath, '-e', `require('net').connect(8000, '${INSIDE}')`),
        () => onNode('inside', 'ss', '-Hnt').includes(':8000'),
      )
      found = Number(/\bmss:(\d+)/.exec(onNode('away', 'ss', '-Hnti', 'dport = :8000'))?.[1])
      await stop(caller)
      await stop(server)
    })
    return found
  }
  const before = await mss()
  type('config setprop openvpn mssfix 900')
  type('signal-event openvpn-update')
  const after = await mss()
  assert.ok(before > 1200, `${before}`)
  assert.ok(after > 700 && after < 900, `${after}`)
  assert.is(tried('config setprop openvpn mssfix 70000').status, 3)
  type('config delprop openvpn mssfix')
})

step('without network6 the IPv6 traffic of a full tunnel ends in it, for one client or all but one', async () => {
  const beyond = '2001:db8:3::1'
  type('db vpn set bert client')
  type('signal-event vpn-client-create bert')
  type('db vpn setprop anna@example.org redirectGateway yes')
  type('signal-event openvpn-update')
  await reaches('away', beyond)
  const isBlocked = async (name: string) =>
    withClient(profileOf(name), async () => {
      await reaches('away', INSIDE)
      assert.not(pings('away', beyond), name)
    })
  await isBlocked('anna@example.org')
  await withClient(profileOf('bert'), () => reaches('away', beyond))
  type('db vpn delprop anna@example.org redirectGateway')
  type('db vpn setprop bert redirectGateway no')
  type('config setprop openvpn redirectGateway yes')
  type('signal-event openvpn-update')
  await isBlocked('anna@example.org')
  await withClient(profileOf('bert'), async output => {
    await reaches('away', beyond)
    assert.not.match(output(), /PUSH_REPLY.*ipv6/)
  })
  type('config setprop openvpn blockIPv6 no')
  assert.match(said(tried('signal-event openvpn-update')), 'goes past the tunnel: config setprop openvpn blockIPv6 yes')
  onNode('away', 'sysctl', '-qw', 'net.ipv6.conf.default.disable_ipv6=1')
  await withClient(profileOf('anna@example.org'), () => reaches('away', INSIDE))
  onNode('away', 'sysctl', '-qw', 'net.ipv6.conf.default.disable_ipv6=0')
  type('config setprop openvpn blockIPv6 yes')
  type('config setprop openvpn redirectGateway no')
  type('db vpn delprop bert redirectGateway')
})

step('full tunnel and name servers for one client; warnings without firewall or name servers', async () => {
  type('config setprop openvpn dns 10.77.0.53 blockOutsideDns yes')
  type('db vpn setprop anna@example.org redirectGateway yes dns 10.77.0.54')
  const shown = said(tried('signal-event openvpn-update'))
  assert.match(shown, 'firewall is disabled, and this needs it: redirectGateway of vpn anna@example.org')
  type('config setprop openvpn network6 fd00:8::/64')
  type('db vpn setprop anna@example.org Address6 fd00:8::50')
  type('config setprop firewall status enabled ExternalInterface out0,far0')
  const quiet = said(tried('signal-event openvpn-update'))
  assert.not.match(quiet, 'warning')
  await withClient(profileOf('bert'), async output => {
    await reaches('away', INSIDE)
    for (const address of FAR) assert.not(pings('away', address), address)
    assert.match(output(), /PUSH_REPLY.*dhcp-option DNS 10\.77\.0\.53.*block-outside-dns/)
  })
  await withClient(profileOf('anna@example.org'), async output => {
    for (const address of FAR) await reaches('away', address)
    assert.match(output(), /PUSH_REPLY.*block-outside-dns.*dhcp-option DNS 10\.77\.0\.54/)
    assert.not.match(output(), '10.77.0.53')
  })
  type('db vpn setprop bert redirectGateway yes')
  const refused = tried('signal-event vpn-client-modify bert')
  assert.is(refused.status, 3)
  assert.match(said(refused), 'bert: redirectGateway needs a fixed address')
  // The other way round: the server sends all through the tunnel, but not this one.
  type('db vpn setprop bert redirectGateway no')
  type('config setprop openvpn redirectGateway yes')
  type('signal-event openvpn-update')
  await withClient(profileOf('bert'), async output => {
    await reaches('away', INSIDE)
    assert.not.match(output(), /PUSH_REPLY.*redirect-gateway/)
  })
  type('config delprop openvpn dns')
  type('config delprop openvpn network6')
  type('db vpn delprop anna@example.org Address6')
  type('config setprop firewall status disabled')
  const warned = said(tried('signal-event --dry-run openvpn-update'))
  for (const text of [
    'firewall is disabled, and this needs it: redirectGateway of configuration openvpn, redirectGateway of vpn anna',
    'openvpn: blockOutsideDns without name servers',
  ])
    assert.match(warned, text)
  type('config setprop openvpn redirectGateway no blockOutsideDns no Masquerade yes')
  assert.match(
    said(tried('signal-event --dry-run openvpn-update')),
    'this needs it: Masquerade of configuration openvpn',
  )
  type('config setprop openvpn Masquerade no')
  assert.not.match(said(tried('signal-event --dry-run openvpn-update')), 'Masquerade of configuration openvpn')
})

step('properties of SME Server and lines of OpenVPN are answered with the property for them', () => {
  for (const [name, value, wanted] of [
    ['management', 'localhost 7505', '"management" is replaced by "managementPort"'],
    ['comp-lzo', 'yes', '"comp-lzo" is replaced by "oldCompression"'],
    ['cipher', 'AES-256-CBC', '"cipher" is replaced by "dataCiphers"'],
    ['managmentPort', '7505', 'did you mean "managementPort"?'],
  ] as const) {
    const noted = run(['config', 'setprop', 'openvpn', name, value])
    assert.is(noted.status, 0)
    assert.match(said(noted), wanted)
    type(`config delprop openvpn ${name}`)
  }
})

scenario.run()
