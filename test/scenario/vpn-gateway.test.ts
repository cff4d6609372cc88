// Scenario 2 with the real OpenVPN 2.6 on every side: a gateway, three machines outside behind a router, one in the local
// network. All by db, config and signal-event. Runs as root, in private namespaces, on `/`.
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons, stop } from '../support/daemons.ts'
import { enterNamespace } from '../support/namespace.ts'
import { addNode, commandOn, connect, onNode, route } from '../support/nodes.ts'
import { needsCommands } from '../support/packages.ts'
import { addS6Service, startS6 } from '../support/s6.ts'
import { must, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { waitFor } from '../support/wait.ts'

const PROGRAMS = ['openvpn', 'ip', 'ping', 'sysctl', 's6-svscan', 'openssl', 'flock', 'iptables', 'ip6tables']
const reason = needsCommands(...PROGRAMS) ?? needsEasyRsa() ?? enterNamespace('gateway')

const scenario = suite('a VPN gateway')
const step = stepsOf(scenario, reason)
const daemons = new Daemons()
const folder = mkdtempSync(join(tmpdir(), 'gabarit-vpn-'))
const scan = '/run/service'
/** The gateway's addresses outside, and those of a machine behind it. */
const GATE = ['198.18.0.2', '2001:db8:3::2'] as const
const LAN_HOST = ['10.77.0.9', 'fd77::9'] as const

/** Types a line of the manual. */
const type = (line: string) => must(words(line), { timeoutSeconds: 120 })

function needsEasyRsa(): string | undefined {
  return existsSync('/usr/share/easy-rsa/easyrsa') ? undefined : needsCommands('easyrsa')
}

/** What a server has said. */
const logOf = (server: string) => readFileSync(`/run/${server}.log`, 'utf8')

/** The process of a server: one that was not restarted keeps it. */
const processOf = (server: string) => type(`s6-svstat -o pid ${scan}/openvpn-server@${server}`).trim()

/** One connected client as `gabarit vpn clients --json` tells it. */
interface Told {
  readonly name: string
  readonly status: string
  readonly connections: readonly { server: string; since: number; virtualAddresses: string[]; received: number }[]
}
const told = (): Told[] => JSON.parse(type('gabarit vpn clients --json'))
const connectionsOf = (name: string) => told().find(client => client.name === name)?.connections ?? []

/** Starts a stock client on a machine with one file, the profile. */
async function dial(node: string, name: string, profile: string): Promise<() => Promise<void>> {
  const file = join(folder, `${name}.ovpn`)
  writeFileSync(file, profile, { mode: 0o600 })
  const client = await daemons.start(
    `${node}-${name}`,
    commandOn(node, 'openvpn', '--config', file, '--connect-retry', '1', '1'),
    () => daemons.output(`${node}-${name}`).includes('Initialization Sequence Completed'),
  )
  return () => stop(client)
}

/** A profile whose server is asked at another of its addresses. */
const by = (remote: string, profile: string) => profile.replace(/^remote \S+/m, `remote ${remote}`)

/** Whether a machine gets an answer from another one. */
const pings = (node: string, address: string) => run(commandOn(node, 'ping', '-c1', '-W2', address)).status === 0

const reaches = (node: string, address: string) => waitFor(`${node} to reach ${address}`, () => pings(node, address))

const hangUp: Record<string, () => Promise<void>> = {}

scenario.after(async () => {
  await daemons.stopAll()
  rmSync(folder, { recursive: true, force: true })
})

step('a gateway, three machines outside, a router between them, one in the local network', async () => {
  for (const node of ['router', 'one', 'two', 'three', 'inside']) addNode(node)
  const cable = (node: string, four: string, six: string, device: string) =>
    connect(
      { node: 'router', device, addresses: [`${four}.1/24`, `${six}::1/64`] },
      { node, device: 'eth0', addresses: [`${four}.2/24`, `${six}::2/64`] },
    )
  cable('one', '198.51.100', '2001:db8:1', 'one')
  cable('two', '203.0.113', '2001:db8:2', 'two')
  cable('three', '198.19.0', '2001:db8:4', 'three')
  connect(
    { node: 'router', device: 'gate', addresses: ['198.18.0.1/24', '2001:db8:3::1/64'] },
    { device: 'out0', addresses: ['198.18.0.2/24', '2001:db8:3::2/64'] },
  )
  connect(
    { device: 'lan0', addresses: ['10.77.0.1/24', 'fd77::1/64'] },
    {
      node: 'inside',
      device: 'eth0',
      addresses: LAN_HOST.map(address => `${address}/${address.includes(':') ? 64 : 24}`),
    },
  )
  route('one', '198.51.100.1', '2001:db8:1::1')
  route('two', '203.0.113.1', '2001:db8:2::1')
  route('three', '198.19.0.1', '2001:db8:4::1')
  route(undefined, '198.18.0.1', '2001:db8:3::1')
  onNode('router', 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1')
  await reaches('one', '198.18.0.2')
  await reaches('two', '2001:db8:3::2')
  assert.not(pings('one', LAN_HOST[0]))
  await startS6(daemons, scan)
  for (const server of ['openvpn', 'openvpn-tcp'])
    addS6Service(
      scan,
      `openvpn-server@${server}`,
      `#!/bin/sh\nmkdir -p /run/openvpn-server\ncd /etc/openvpn/server\nexec openvpn --config ${server}.conf >>/run/${server}.log 2>&1\n`,
    )
})

step('the first server: everything is made, and it runs', async () => {
  type('gabarit initialize-default-databases')
  type('db networks set 10.77.0.0 network Mask 255.255.255.0')
  type('db networks set fd77::/64 network')
  type('config setprop openvpn network 10.8.0.0/255.255.255.0 network6 fd00:8::/64 remoteHost 198.18.0.2')
  type('config setprop openvpn dns 10.77.0.53 domain office.example publicAddress 198.18.0.2 status enabled')
  type('signal-event openvpn-update')
  await waitFor('the server to be ready', () => logOf('openvpn').includes('Initialization Sequence Completed'))
  assert.match(type('gabarit show 1'), /checked: .*\/checkers\/openvpn \/etc\/openvpn\/server\/openvpn.conf/)
  assert.is(statSync('/etc/openvpn/server/openvpn.key').mode & 0o777, 0o600)
  assert.is(must(['cat', '/proc/sys/net/ipv4/ip_forward', '/proc/sys/net/ipv6/conf/all/forwarding']), '1\n1\n')
  assert.match(type('gabarit vpn status'), /^openvpn: running since .*, 0 clients$/m)
  // The local network knows the way to the tunnels; later, without these routes, the gateway has to hide the clients.
  inside('add')
})

step('setsuna: one profile, a stock client, and a ping through the tunnel', async () => {
  type('db vpn set setsuna client Address 10.8.0.50 Remark laptop')
  type('signal-event vpn-client-create setsuna')
  const before = await run(commandOn('one', 'ping', '-c1', '-W1', LAN_HOST[0])).status
  assert.is.not(before, 0)
  hangUp.setsuna = await dial('one', 'setsuna', type('gabarit vpn profile setsuna'))
  for (const address of LAN_HOST) await reaches('one', address)
  assert.match(onNode('one', 'ip', '-brief', 'address', 'show', 'tun0'), '10.8.0.50/24')
  const said = daemons.output('one-setsuna')
  assert.match(said, 'dhcp-option DNS 10.77.0.53')
  assert.match(said, 'dhcp-option DOMAIN office.example')
  assert.match(said, 'route 198.18.0.2 255.255.255.255 net_gateway')
  assert.match(said, /Data Channel: cipher 'AES-256-GCM'/)
})

step('mikoto, from another machine, over IPv6, with a passphrase', async () => {
  type('db vpn set mikoto client Passphrase railgun7')
  const { stdout, stderr } = run(words('signal-event vpn-client-create mikoto'), { timeoutSeconds: 120 })
  assert.not.match(stdout + stderr, 'railgun7')
  const profile = by(GATE[1], type('gabarit vpn profile mikoto'))
  assert.match(profile, 'BEGIN ENCRYPTED PRIVATE KEY')
  outputFileSync(join(folder, 'passphrase'), 'railgun7\n')
  hangUp.mikoto = await dial('two', 'mikoto', `${profile}askpass ${join(folder, 'passphrase')}\n`)
  assert.match(daemons.output('two-mikoto'), `UDPv6 link remote: [AF_INET6]${GATE[1]}:1194`)
  for (const address of LAN_HOST) await reaches('two', address)
})

step('a second server: TCP over IPv6 and IPv4, without a restart of the first', async () => {
  type('config set openvpn-tcp service proto tcp port 1194 network 10.9.0.0/24 network6 fd00:9::/64 status enabled')
  type('config setprop openvpn-tcp remoteHost 198.18.0.2 managementPort 7506 tlsMode tls-auth')
  const first = processOf('openvpn')
  type('signal-event openvpn-update')
  assert.is(processOf('openvpn'), first, 'the other server was not restarted')
  type('db vpn set tomoe client server openvpn-tcp')
  type('signal-event vpn-client-create tomoe')
  const profile = type('gabarit vpn profile tomoe')
  for (const [remote, told] of [
    [GATE[0], `TCPv4_CLIENT link remote: [AF_INET]${GATE[0]}:1194`],
    [GATE[1], `TCPv6_CLIENT link remote: [AF_INET6]${GATE[1]}:1194`],
  ] as const) {
    await hangUp.tomoe?.()
    hangUp.tomoe = await dial('three', 'tomoe', by(remote, profile))
    await waitFor(told, () => daemons.output('three-tomoe').includes(told))
    for (const address of LAN_HOST) await reaches('three', address)
    assert.is(connectionsOf('tomoe')[0]?.server, 'openvpn-tcp')
  }
})

step('a client of one server is none of another', async () => {
  const profile = type('gabarit vpn profile tomoe').replace(/^(proto|remote) .*\n/gm, '')
  const file = join(folder, 'wrong.ovpn')
  const udp = `${profile.replace(/^key-direction.*\n/m, '').replaceAll('tls-auth>', 'tls-crypt>')}proto udp\nremote 198.18.0.2 1194\n`
  writeFileSync(file, `${udp}hand-window 4\ntls-exit\n`, { mode: 0o600 })
  run(commandOn('one', 'openvpn', '--config', file, '--dev', 'tun7'), { timeoutSeconds: 30 })
  assert.match(logOf('openvpn'), /client-config-dir authentication failed for common name 'tomoe'/)
  // The server lists a refused client for a while; nobody is told that it is connected.
  assert.equal(
    connectionsOf('tomoe').map(({ server }) => server),
    ['openvpn-tcp'],
  )
  assert.match(type('gabarit vpn status'), /^openvpn: running since .*, 2 clients$/m)
})

step('gabarit vpn clients shows who is connected, with addresses and bytes', () => {
  const shown = type('gabarit vpn clients')
  assert.match(
    shown,
    /^setsuna +enabled +20\d\d-\d\d-\d\d +openvpn +20\d\d-.* 198\.51\.100\.2:\d+ +10\.8\.0\.50 fd00:8::/m,
  )
  assert.match(shown, /^mikoto +enabled .* openvpn .* 2001:db8:2::2 /m)
  assert.match(shown, /^tomoe +enabled .* openvpn-tcp /m)
  assert.ok((connectionsOf('setsuna')[0]?.received ?? 0) > 0)
  assert.match(type('gabarit vpn clients setsuna'), 'setsuna')
  assert.is(run(words('gabarit vpn clients setsuma')).status, 1)
})

step('a killed client comes back', async () => {
  const before = connectionsOf('setsuna')[0]
  assert.match(type('gabarit vpn kill setsuna'), 'was disconnected from openvpn and may reconnect')
  await waitFor('setsuna to come back', () => {
    const now = connectionsOf('setsuna')[0]
    return now !== undefined && JSON.stringify(now) !== JSON.stringify(before) && pings('one', LAN_HOST[0])
  })
  const nobody = run(words('gabarit vpn kill nobody'))
  assert.is(nobody.status, 1)
  assert.match(nobody.stdout, 'nobody is not connected')
})

step('what does not fit is refused, and the servers run on', () => {
  const processes = ['openvpn', 'openvpn-tcp'].map(processOf)
  const refused = (line: string, said: RegExp) => {
    const outcome = run(words(line), { timeoutSeconds: 120 })
    assert.is(outcome.status, 3, line)
    assert.match(outcome.stdout + outcome.stderr, said)
  }
  refused('config setprop openvpn-tcp network6 fd00:8::/64', /network6: "fd00:8::\/64" is already used by record/)
  type('config setprop openvpn-tcp network 10.8.0.128/25')
  refused('signal-event openvpn-update', /networks of openvpn.* overlap/)
  type('config setprop openvpn-tcp port 443 network 10.9.0.0/24')
  refused('signal-event openvpn-update', /openvpn-tcp and modSSL both listen on tcp port 443/)
  type('config setprop openvpn-tcp port 1194')
  type('config setprop openvpn-tcp network 10.77.0.0/25')
  refused('signal-event openvpn-update', /overlaps the local network 10\.77\.0\.0\/24/)
  type('config setprop openvpn-tcp network 10.9.0.0/24')
  type('db vpn setprop setsuna Address 10.8.0.1')
  refused('signal-event vpn-client-modify setsuna', /10\.8\.0\.1 is not an address for a client in 10\.8\.0\.0\/24/)
  type('db vpn setprop setsuna Address 10.8.0.50')
  // A fragment of the site with a word that OpenVPN does not know: OpenVPN itself refuses it.
  const custom = '/etc/gabarit/templates-custom/etc/openvpn/server/server.conf/90Site'
  outputFileSync(custom, 'no-such-word yes\n')
  refused('signal-event openvpn-update', /refused by openvpn: Options error: Unrecognized option.*no-such-word/)
  rmSync(custom)
  assert.equal(['openvpn', 'openvpn-tcp'].map(processOf), processes)
  assert.is(connectionsOf('mikoto').length, 1)
})

step('a disabled client is kept out, an enabled one gets in', async () => {
  type('db vpn setprop mikoto status disabled')
  type('signal-event vpn-client-modify mikoto')
  await waitFor('mikoto to be out', () => connectionsOf('mikoto').length === 0)
  await hangUp.mikoto?.()
  type('db vpn setprop mikoto status enabled')
  type('signal-event vpn-client-modify mikoto')
  const profile = `${type('gabarit vpn profile mikoto')}askpass ${join(folder, 'passphrase')}\n`
  hangUp.mikoto = await dial('two', 'mikoto', profile)
  await waitFor('mikoto to be in again', () => connectionsOf('mikoto').length === 1)
})

step('a revoked client is out within 5 seconds and stays out; the others stay connected', async () => {
  const others = ['mikoto', 'tomoe'].map(name => connectionsOf(name)[0]?.since)
  const { stdout, stderr } = run(words('signal-event vpn-client-revoke setsuna keyCompromise'), { timeoutSeconds: 120 })
  await waitFor('setsuna to be out', () => connectionsOf('setsuna').length === 0, 5)
  assert.equal(
    ['mikoto', 'tomoe'].map(name => connectionsOf(name)[0]?.since),
    others,
  )
  assert.is(type('db vpn getprop setsuna status'), 'revoked\n')
  assert.is(type('db vpn getprop setsuna reason'), 'keyCompromise\n')
  assert.not(existsSync('/etc/openvpn/ccd/openvpn/setsuna'))
  // Before it was revoked, what used the certificate was shown.
  assert.match(stdout + stderr, /revoking the certificate [0-9A-F]+ of setsuna \(keyCompromise\)/)
  assert.match(stdout + stderr, /setsuna +enabled .* 198\.51\.100\.2:\d+ +10\.8\.0\.50/)
  await hangUp.setsuna?.()
  const file = join(folder, 'setsuna.ovpn')
  writeFileSync(file, `${readFileSync(file, 'utf8')}hand-window 4\ntls-exit\n`)
  run(commandOn('one', 'openvpn', '--config', file), { timeoutSeconds: 30 })
  assert.match(logOf('openvpn'), /VERIFY ERROR.*certificate revoked: CN=setsuna/)
  assert.not(pings('one', LAN_HOST[0]))
  assert.is(run(words('gabarit vpn profile setsuna')).status, 1)
})

step('a revocation list that ends soon is renewed, and still has who was revoked', () => {
  const list = () => type('openssl crl -in /etc/openvpn/server/crl.pem -noout -text')
  const before = list()
  type('signal-event vpn-crl-update')
  assert.is(list(), before, 'it is good for long')
  type('config setprop easyrsa CRLDays 400 RenewDays 200')
  assert.match(type('gabarit vpn status'), /revocation list of openvpn: until .* days\): signal-event openvpn-update/)
  type('signal-event vpn-crl-update')
  assert.is.not(list(), before)
  assert.match(list(), /Revoked Certificates:\s+Serial Number: [0-9A-F]+/)
  assert.not.match(type('gabarit vpn status'), /revocation list of openvpn: until .* days/)
  assert.is(connectionsOf('mikoto').length, 1)
})

step(
  'a certificate of a server that ends soon is renewed by night; the server has it at once, and its clients come back',
  async () => {
    const served = () => new X509Certificate(readFileSync('/etc/openvpn/server/openvpn.crt'))
    const [before, process, other] = [served(), processOf('openvpn'), processOf('openvpn-tcp')]
    const key = readFileSync('/etc/openvpn/server/openvpn.key')
    type('config setprop openvpn verb 4')
    // Its certificate has 825 days; that of the other server is as old, and made anew before.
    type('config setprop easyrsa CertExpire 2000 RenewDays 900')
    assert.match(type('gabarit vpn status'), /certificate of openvpn: until .* days\): signal-event openvpn-update/)
    const { status, stdout, stderr } = run(words('signal-event vpn-crl-update'), { timeoutSeconds: 120 })
    assert.is(status, 0, stderr)
    assert.match(stdout + stderr, 'renewing the certificate of the server openvpn')
    assert.match(stdout + stderr, 'adjusted openvpn: ')
    for (const [name, old] of [
      ['openvpn', process],
      ['openvpn-tcp', other],
    ] as const)
      assert.is.not(processOf(name), old)
    assert.ok(Date.parse(served().validTo) > Date.parse(before.validTo))
    assert.equal(readFileSync('/etc/openvpn/server/openvpn.key'), key)
    assert.match(readFileSync('/etc/openvpn/server/openvpn.conf', 'utf8'), /^verb 3$/m, 'what waits goes on waiting')
    for (const name of ['mikoto', 'tomoe'])
      await waitFor(`${name} to come back`, () => connectionsOf(name).length === 1, 60)
    await reaches('two', LAN_HOST[0])
    // Nobody is cut off the next night.
    const renewed = processOf('openvpn')
    type('signal-event vpn-crl-update')
    assert.is(processOf('openvpn'), renewed)
    type('config setprop openvpn verb 3')
  },
)

step('MASQUERADE on: the local network needs no route; off: it does', async () => {
  inside('del')
  assert.not(pings('two', LAN_HOST[0]))
  type('config setprop openvpn Masquerade yes')
  type('config setprop firewall status enabled ExternalInterface out0')
  type('signal-event firewall-update')
  for (const address of LAN_HOST) await reaches('two', address)
  // A new connection, which no earlier one lets through: the port is open.
  type('gabarit vpn kill mikoto')
  await reaches('two', LAN_HOST[0])
  const process = processOf('openvpn')
  type('config setprop openvpn Masquerade no')
  type('signal-event openvpn-update')
  assert.is(processOf('openvpn'), process, 'the server was not restarted')
  assert.not(pings('two', LAN_HOST[0]))
  inside('add')
  for (const address of LAN_HOST) await reaches('two', address)
})

step('a further network of one client: pushed to it, and let through for it alone', async () => {
  const FURTHER = ['10.78.0.9', 'fd78::9']
  for (const address of FURTHER) onNode('inside', 'ip', 'address', 'add', address, 'dev', 'lo')
  onNode('inside', 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
  must(words('ip route add 10.78.0.0/24 via 10.77.0.9'))
  must(words('ip route add fd78::/64 via fd77::9'))
  await waitFor('the gateway to reach it', () => FURTHER.every(to => run(['ping', '-c1', '-W2', to]).status === 0))
  onNode('three', 'ip', 'route', 'add', '10.78.0.0/24', 'dev', 'tun0')
  type('db vpn setprop mikoto Address 10.8.0.60 Address6 fd00:8::60 routes 10.78.0.0/24,fd78::/64')
  type('signal-event vpn-client-modify mikoto')
  for (const address of FURTHER) await reaches('two', address)
  for (const address of LAN_HOST) await reaches('three', address)
  assert.not(pings('three', FURTHER[0] ?? ''))
})

step('a server that is switched off is stopped, and its files are gone', async () => {
  type('config setprop openvpn-tcp status disabled')
  type('signal-event openvpn-update')
  assert.is(type(`s6-svstat -o up ${scan}/openvpn-server@openvpn-tcp`).trim(), 'false')
  assert.not(existsSync('/etc/openvpn/server/openvpn-tcp.conf'))
  assert.not(existsSync('/etc/systemd/system/multi-user.target.wants/openvpn-server@openvpn-tcp.service'))
  assert.is(connectionsOf('mikoto').length, 1)
})

/** Gives the machine in the local network its routes to the tunnels, or takes them away. */
function inside(verb: 'add' | 'del'): void {
  for (const network of ['10.8.0.0/24', '10.9.0.0/24'])
    onNode('inside', 'ip', 'route', verb, network, 'via', '10.77.0.1')
  for (const network of ['fd00:8::/64', 'fd00:9::/64']) onNode('inside', 'ip', 'route', verb, network, 'via', 'fd77::1')
}

scenario.run()
