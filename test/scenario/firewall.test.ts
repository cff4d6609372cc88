// The packet filter of a gateway, with the kernel's own: a server between a local network, the world outside and a VPN, in
// private network namespaces. Everything over IPv4 and IPv6 alike.
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons } from '../support/daemons.ts'
import { enterNamespace } from '../support/namespace.ts'
import { MACHINE, Office, SERVER } from '../support/office.ts'
import { needsCommands } from '../support/packages.ts'
import { must, type Outcome, PROJECT, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { pause } from '../support/wait.ts'

const scenario = suite('the firewall of a gateway')
const step = stepsOf(
  scenario,
  enterNamespace('gateway') ??
    needsCommands('iptables-restore', 'ip6tables-restore', 'sysctl', 'ping', 'ss', 'sshd', 'ssh-keygen', 'perl'),
)
const env = { GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: 'none', SSH_CONNECTION: '' }
const server = (line: string): string => must(words(line), { env })
const tried = (command: readonly string[]): Outcome => run(command, { env })
const rules = () => ['iptables-save', 'ip6tables-save'].map(save => must([save]).replace(/^#.*\n|\[\d+:\d+\]/gm, ''))
const sysctl = (name: string): string => must(['sysctl', '-n', name]).trim()
/** What `gabarit verify --effective` finds; Apache does not run here. */
const effective = () => tried(['gabarit', 'verify', '--effective']).stdout
const BOTH_NOTHING = ['nothing', 'nothing']

let office: Office
const daemons = new Daemons()
scenario.after(async () => {
  office?.stop()
  await daemons.stopAll()
})

step('before: no firewall, so no rules, no files, nothing closed', async () => {
  office = new Office()
  await office.listen('server', '80', '443', '8081', '2222', 'u1194')
  await office.listen('lan', '80', '9000')
  await office.listen('outside', '80')
  server('config set DomainName example.org')
  server('config set SystemName gateway')
  server('signal-event post-install')
  server('db networks set 192.168.77.0 network Mask 255.255.255.0')
  server('db networks set fd77:1::/64 network')
  server('config set intranet service status enabled access private TCPPort 8081')
  server('config set wireguard service status enabled access public UDPPort 1194')
  const before = rules()
  for (const event of ['--dry-run remoteaccess-update', 'firewall-update', 'remoteaccess-update'])
    assert.not.match(server(`signal-event ${event}`), 'firewall', 'what is not in force need not be stopped')
  assert.equal(rules(), before)
  assert.not(existsSync('/etc/iptables/rules.v4'))
  assert.equal(office.ask('outside', SERVER.outside, 2222), [...MACHINE.outside])
})

step('enabled: what is public answers everybody, what is private the local networks, the rest nobody', () => {
  server('config setprop firewall status enabled')
  const { stdout } = tried(['signal-event', 'firewall-update'])
  assert.match(stdout, /^adjusted firewall: \S+\/services\/firewall reload$/m)
  for (const machine of ['lan', 'outside'] as const) {
    assert.equal(office.ask(machine, SERVER[machine], 80), [...MACHINE[machine]])
    assert.equal(office.ask(machine, SERVER[machine], 1194, 'udp'), [...MACHINE[machine]])
    assert.equal(office.askInVain(machine, SERVER[machine], 2222), BOTH_NOTHING)
  }
  assert.equal(office.ask('lan', SERVER.lan, 8081), [...MACHINE.lan])
  assert.equal(office.askInVain('outside', SERVER.outside, 8081), BOTH_NOTHING)
  assert.equal(office.pings('outside', SERVER.outside), [true, true])
  assert.equal(must(['ping', '-n', '-c', '1', '-W', '5', MACHINE.outside[0]]).includes('1 received'), true)
})

step('a service that is disabled or of no access is closed; hosts are allowed and denied by name', () => {
  server('config setprop modSSL status disabled')
  server('config setprop httpd DenyHosts 198.51.100.0/24,2001:db8:2::10')
  server('config setprop intranet access public AllowHosts 198.51.100.10')
  server('config setprop firewall Ping private')
  server('signal-event firewall-update')
  assert.equal(office.askInVain('lan', SERVER.lan, 443), BOTH_NOTHING)
  assert.equal(office.askInVain('outside', SERVER.outside, 80), BOTH_NOTHING)
  assert.equal(office.ask('lan', SERVER.lan, 80), [...MACHINE.lan])
  assert.equal(office.ask('outside', SERVER.outside.slice(0, 1), 8081), MACHINE.outside.slice(0, 1))
  assert.equal(office.askInVain('outside', SERVER.outside.slice(1), 8081), ['nothing'])
  assert.equal(office.pings('lan', SERVER.lan), [true, true])
  assert.equal(office.pings('outside', SERVER.outside), [false, false])
  server('config delprop httpd DenyHosts')
  server('config setprop firewall Ping public Policy reject')
  server('signal-event firewall-update')
  assert.equal(office.ask('outside', SERVER.outside, 443), ['refused', 'refused'])
  server('config setprop firewall Policy drop')
})

step('ports of a web server that does not run, or that another one is in front of, are closed', () => {
  server('config setprop modSSL status enabled')
  server('config setprop httpd status disabled')
  server('signal-event firewall-update')
  for (const port of [80, 443]) assert.equal(office.askInVain('lan', SERVER.lan, port), BOTH_NOTHING)
  server('config setprop httpd status enabled')
  server('config setprop nginx status enabled access private')
  server('config set WebFrontend nginx')
  server('signal-event firewall-update')
  assert.equal(office.askInVain('outside', SERVER.outside, 443), BOTH_NOTHING, 'nginx is private, and in front')
  assert.equal(office.ask('lan', SERVER.lan, 443), [...MACHINE.lan])
  server('config set WebFrontend httpd')
  server('signal-event firewall-update')
  assert.equal(office.ask('outside', SERVER.outside, 443), [...MACHINE.outside], 'httpd is public, and in front')
  server('config setprop nginx status disabled')
})

step('a VPN: its clients reach the local network, hidden behind the server', () => {
  server('config setprop wireguard TunnelInterface tun+ TunnelNetwork 10.8.0.0/24,fd00:8::/64')
  assert.equal(office.askInVain('vpn', MACHINE.lan, 80), BOTH_NOTHING)
  server('signal-event firewall-update')
  assert.equal([sysctl('net.ipv4.ip_forward'), sysctl('net.ipv6.conf.all.forwarding')], ['1', '1'])
  assert.equal(office.ask('vpn', MACHINE.lan, 80), [...SERVER.lan])
  assert.equal(office.pings('vpn', MACHINE.lan), [true, true])
  assert.equal(office.ask('vpn', SERVER.vpn, 2222), [...MACHINE.vpn], 'the server itself is open to them')
  assert.equal(office.askInVain('vpn', MACHINE.outside, 80), BOTH_NOTHING, 'not to the world outside')
})

step('without masquerading the local network needs a static route', () => {
  server('config setprop wireguard Masquerade no')
  server('signal-event firewall-update')
  assert.equal(office.askInVain('vpn', MACHINE.lan, 80), BOTH_NOTHING)
  office.route('lan', [SERVER.lan[0], SERVER.lan[1]])
  assert.equal(office.ask('vpn', MACHINE.lan, 80), [...MACHINE.vpn])
  office.unroute('lan')
})

step('a port forward, to an IPv4 and to an IPv6 address', () => {
  server(`db portforwards set nas portforward Port 8080 DestHost ${MACHINE.lan[0]} DestPort 9000`)
  server(`db portforwards set nas6 portforward Port 8080 DestHost ${MACHINE.lan[1]} DestPort 9000`)
  server('signal-event firewall-update')
  assert.equal(office.ask('outside', SERVER.outside, 8080), [...SERVER.lan])
  for (const own of SERVER.lan) {
    server(`db portforwards set own portforward Port 8081 DestHost ${own}`)
    const { status, stderr } = tried(['signal-event', 'firewall-update'])
    assert.is(status, 3)
    assert.match(stderr, `"own": DestHost ${own} is this server`)
  }
  server('db portforwards delete own')
  server('db portforwards setprop nas AllowHosts 203.0.113.0/24')
  server('db portforwards setprop nas6 status disabled')
  server('signal-event firewall-update')
  assert.equal(office.askInVain('outside', SERVER.outside, 8080), BOTH_NOTHING)
})

step('a port forward for one of the addresses of the server', () => {
  const own = ['198.51.100.2', '2001:db8:2::2'] as const
  must(['ip', 'address', 'add', `${own[0]}/24`, 'dev', 'ext0'])
  must(['ip', 'address', 'add', `${own[1]}/64`, 'dev', 'ext0', 'nodad'])
  for (const family of [0, 1] as const) {
    const host = MACHINE.lan[family]
    server(`db portforwards set two${family} portforward Port 80 DestHost ${host} DestPort 9000 Address ${own[family]}`)
  }
  server('signal-event firewall-update')
  assert.equal(office.ask('outside', own, 80), [...SERVER.lan], 'forwarded')
  assert.equal(office.ask('outside', SERVER.outside, 80), [...MACHINE.outside], 'the server itself')
  server('db portforwards setprop two0 DenyHosts 198.51.100.10')
  server('signal-event firewall-update')
  assert.equal(office.ask('outside', own.slice(0, 1), 80), MACHINE.outside.slice(0, 1))
  must(['ip', 'address', 'del', `${own[0]}/24`, 'dev', 'ext0'])
  must(['ip', 'address', 'del', `${own[1]}/64`, 'dev', 'ext0'])
  assert.match(
    tried(['signal-event', 'firewall-update']).stderr,
    '"two0": 198.51.100.2 is no address of this server now',
  )
  for (const name of ['two0', 'two1']) server(`db portforwards delete ${name}`)
})

step('an interface towards the Internet: the local network gets out, nobody gets in', () => {
  office.route('lan', [SERVER.lan[0], SERVER.lan[1]])
  server('config setprop firewall ExternalInterface ext0')
  server('db portforwards delprop nas AllowHosts')
  server('db portforwards setprop nas6 status enabled')
  server('signal-event firewall-update')
  assert.equal(office.ask('lan', MACHINE.outside, 80), [...SERVER.outside])
  assert.equal(office.ask('vpn', MACHINE.outside, 80), [...SERVER.outside])
  assert.equal(office.ask('outside', SERVER.outside, 8080), [...MACHINE.outside], 'the forward shows who asks')
  office.route('outside', SERVER.outside)
  assert.equal(office.askInVain('outside', MACHINE.lan, 80), BOTH_NOTHING)
  server('config setprop firewall Masquerade no')
  server('signal-event firewall-update')
  assert.equal(office.ask('lan', MACHINE.outside, 80), [...MACHINE.lan])
})

step('hairpin: the local network and VPN clients reach port forwards by the public address', () => {
  server('config setprop firewall Masquerade yes')
  server('signal-event firewall-update')
  assert.equal(office.askInVain('lan', SERVER.outside, 8080), BOTH_NOTHING)
  server('config setprop firewall Hairpin yes')
  server('signal-event firewall-update')
  for (const machine of ['lan', 'vpn'] as const)
    assert.equal(office.ask(machine, SERVER.outside, 8080), [...SERVER.lan], machine)
  assert.equal(office.ask('outside', SERVER.outside, 8080), [...MACHINE.outside])
  assert.equal(office.askInVain('lan', SERVER.lan, 8080), BOTH_NOTHING, 'the address inside is the server itself')
  server('config delprop firewall Hairpin')
})

step('large packets: TCP through the server is told what fits', () => {
  const LARGE = [
    ['iptables', '1361'],
    ['ip6tables', '1341'],
  ] as const
  const tooLarge = () =>
    LARGE.map(([tool, size]) => {
      office.on('outside', [tool, '-F', 'INPUT'])
      office.on('outside', words(`${tool} -A INPUT -p tcp --syn -m tcpmss --mss ${size}:65535`))
      office.ask('lan', MACHINE.outside, 80)
      const packets = / *(\d+)/.exec(office.on('outside', words(`${tool} -nvxL INPUT`)).split('\n')[2] ?? '')?.[1]
      return Number(packets) > 0
    })
  must(words('ip link set ext0 mtu 1400'))
  assert.equal(tooLarge(), [true, true])
  server('config setprop firewall ClampMSS yes')
  server('signal-event firewall-update')
  assert.equal(tooLarge(), [false, false])
  server('config delprop firewall ClampMSS')
  server('signal-event firewall-update')
  assert.equal(tooLarge(), [true, true])
  must(words('ip link set ext0 mtu 1500'))
})

step('a machine with a public address is asked by it: one port of it is open, nothing is translated', () => {
  const six = MACHINE.lan.slice(1)
  const answer = (port: number) => office.askInVain('outside', six, port)
  assert.equal(answer(80), ['nothing'])
  server(`db portforwards set web6 portforward Port 80 DestHost ${six[0]} Direct yes`)
  server('signal-event firewall-update')
  assert.equal(office.ask('outside', six, 80), MACHINE.outside.slice(1))
  assert.equal([answer(9000), office.askInVain('outside', SERVER.outside.slice(1), 9000)], [['nothing'], ['nothing']])
  assert.equal(office.askInVain('outside', MACHINE.lan.slice(0, 1), 80), ['nothing'])
  server('db portforwards setprop web6 DenyHosts 2001:db8:2::/64')
  server('signal-event firewall-update')
  assert.equal(answer(80), ['nothing'])
  server('db portforwards setprop web6 DenyHosts 2001:db8:3::/64 AllowHosts 2001:db8:4::/64')
  server('signal-event firewall-update')
  assert.equal(answer(80), ['nothing'])
  server('db portforwards delete web6')
})

step('protocols without ports: for this server, for another machine, and pings for some only', async () => {
  const script = join(PROJECT, 'test/support/raw-packets.pl')
  const [GRE, ESP] = ['47', '50']
  const heard = new Map<string, () => string>()
  const listen = async (machine: 'server' | 'lan', protocol: string, address: string) => {
    const name = `${machine}-${protocol}`
    heard.set(name, () => daemons.output(name).replace('ready\n', '').trim())
    const inside = machine === 'lan' ? ['ip', 'netns', 'exec', 'lan'] : []
    const isUp = () => daemons.output(name).includes('ready')
    await daemons.start(name, [...inside, 'perl', script, 'listen', protocol, address], isUp)
  }
  const send = (protocol: string, address: string) => office.on('outside', ['perl', script, 'send', protocol, address])
  const [four, six] = SERVER.outside
  const sendAll = async () => {
    for (const protocol of [GRE, ESP]) for (const address of [four, six]) send(protocol, address)
    await pause(500)
    return [...heard.values()].map(from => from())
  }
  await listen('server', ESP, four)
  await listen('lan', GRE, MACHINE.lan[0])
  assert.equal(await sendAll(), ['', ''])
  server('config set ipsec service status enabled access public Protocols esp,ah')
  server(`db portforwards set pptp portforward Protocol gre DestHost ${MACHINE.lan[0]}`)
  server('config set watch service status enabled access public Protocols icmp AllowHosts 198.51.100.10')
  server('config setprop firewall Ping none')
  server('signal-event firewall-update')
  assert.equal(await sendAll(), [MACHINE.outside[0], MACHINE.outside[0]])
  assert.equal(office.pings('outside', SERVER.outside), [true, false])
  assert.equal(office.pings('lan', SERVER.lan), [false, false])
  server(`db portforwards set pptp2 portforward Protocol gre DestHost ${MACHINE.lan[0]}`)
  assert.match(tried(['signal-event', 'firewall-update']).stderr, 'gre is already forwarded by "pptp": change Protocol')
  for (const name of ['pptp', 'pptp2']) server(`db portforwards delete ${name}`)
  for (const name of ['ipsec', 'watch']) server(`config delete ${name}`)
  server('config setprop firewall Ping public')
  server('signal-event firewall-update')
})

step('a file of networks says who may use a service or a forward; one that is gone or wrong changes nothing', () => {
  const list = '/etc/gabarit/lists/partners'
  outputFileSync(list, `# Partners\r\n198.51.100.0/25\r\n2001:db8:2::/64 ; SBL1\n${'10.99.0.0/16\n'.repeat(2000)}`)
  const answers = () => [
    office.askInVain('outside', SERVER.outside, 443),
    office.askInVain('outside', SERVER.outside, 8083),
  ]
  const BOTH = [...MACHINE.outside]
  server(`config setprop modSSL AllowHosts ${list}`)
  for (const family of [0, 1] as const)
    server(
      `db portforwards set shop${family} portforward Port 8083 DestPort 9000 DestHost ${MACHINE.lan[family]} AllowHosts ${list}`,
    )
  server('signal-event firewall-update')
  assert.equal(answers(), [BOTH, BOTH])
  outputFileSync(list, '192.0.2.1\n2001:db8:9::/48\n')
  server('signal-event firewall-update')
  assert.equal(answers(), [BOTH_NOTHING, BOTH_NOTHING])
  outputFileSync(list, '0.0.0.0/0\n')
  refused('partners:1: "0.0.0.0/0" is every address')
  rmSync(list)
  refused(`property AllowHosts: ${list} does not exist`)
  assert.equal(answers(), [BOTH_NOTHING, BOTH_NOTHING])
  outputFileSync(list, '198.51.100.10\n')
  server('config delprop modSSL AllowHosts')
  server(`config setprop modSSL DenyHosts ${list}`)
  for (const name of ['shop0', 'shop1']) server(`db portforwards delete ${name}`)
  server('signal-event firewall-update')
  assert.equal(answers(), [['nothing', MACHINE.outside[1]], BOTH_NOTHING])
  server('config delprop modSSL DenyHosts')
  server('signal-event firewall-update')
})

step('guests: they reach the Internet and what is public, neither the local network nor what is private', () => {
  server('config delprop wireguard TunnelInterface TunnelNetwork')
  server('config delprop intranet AllowHosts')
  server('config setprop intranet access private')
  for (const network of ['10.8.0.0/24', 'fd00:8::/64']) server(`db networks set ${network} network`)
  server('signal-event firewall-update')
  assert.equal(office.ask('vpn', MACHINE.lan, 80), [...MACHINE.vpn], 'no guests yet')
  for (const network of ['10.8.0.0/24', 'fd00:8::/64']) server(`db networks setprop ${network} Guest yes`)
  server('signal-event firewall-update')
  assert.equal(office.ask('vpn', MACHINE.outside, 80), [...SERVER.outside])
  assert.equal(office.ask('vpn', SERVER.vpn, 80), [...MACHINE.vpn])
  assert.equal(office.askInVain('vpn', MACHINE.lan, 80), BOTH_NOTHING)
  assert.equal(office.askInVain('vpn', SERVER.vpn, 8081), BOTH_NOTHING)
  assert.equal(office.ask('lan', SERVER.lan, 8081), [...MACHINE.lan])
  assert.equal(office.pings('lan', MACHINE.vpn), [false, false])
  for (const network of ['10.8.0.0/24', 'fd00:8::/64']) server(`db networks delete ${network}`)
  server('config setprop wireguard TunnelInterface tun+ TunnelNetwork 10.8.0.0/24,fd00:8::/64')
  server('signal-event firewall-update')
})

/** An event that is refused: nothing is written, and the old rules are still loaded. */
function refused(said: RegExp | string): string {
  const [before, file] = [rules(), readFileSync('/etc/iptables/rules.v4', 'utf8')]
  const { status, stdout, stderr } = tried(['signal-event', 'firewall-update'])
  assert.is(status, 3, stdout + stderr)
  assert.match(stderr, said)
  assert.is(readFileSync('/etc/iptables/rules.v4', 'utf8'), file)
  assert.equal(rules(), before)
  return stderr
}

const custom = '/etc/gabarit/templates-custom/etc/iptables/rules.v4/26Mine'
step('a bad rule is refused with its fragment, and the old rules stay loaded', () => {
  const origin = 'was generated by /etc/gabarit/templates-custom/etc/iptables/rules.v4/26Mine:2'
  for (const [rule, said] of [
    ['-A INPUT -j NOWHERE', "NOWHERE' does not exist"],
    ['-A INPUT -p tcp -m tcp --dport 99999 -j ACCEPT', '99999 is not a port'],
    ['-A INPUT -m nonsense', 'nonsense'],
  ] as const) {
    outputFileSync(custom, `# mine\n${rule}\n`)
    const stderr = refused(said)
    assert.match(stderr, origin)
  }
  rmSync(custom)
})

step('a bad port of a record that nothing describes is refused with record and property', () => {
  for (const port of ['99999', '80 -j ACCEPT']) {
    server('config set strange service status enabled access public')
    assert.is(tried(['config', 'setprop', 'strange', 'TCPPort', port]).status, 0)
    refused(/the record "strange", property TCPPort: .*Refused by .*45Services/s)
  }
  server('config delete strange')
})

step('hostile words in records never become rules', () => {
  const open = rules()
  for (const key of ['-j', '"; -A INPUT -j ACCEPT', 'a\\" b', "it's", '$(id)', '!', '# x', '%s', 'é'])
    assert.is(
      tried(['config', 'set', key, 'service', 'status', 'enabled', 'access', 'public', 'TCPPort', '7000']).status,
      0,
    )
  server('signal-event firewall-update')
  const own = (text: string) => text.split('\n').filter(line => !line.includes('--dport 7000'))
  assert.equal(rules().map(own), open.map(own))
  assert.is(rules()[0]?.match(/--dport 7000 /g)?.length, 9)
  for (const key of JSON.parse(server('config --json keys')))
    if (!/^[\w-]+$/.test(key) || key === '-j') must(['config', 'delete', key], { env })
  assert.is(
    tried(['config', 'set', 'a\nb', 'service', 'status', 'enabled', 'access', 'public', 'TCPPort', '7000']).status,
    0,
  )
  refused(/45Services/)
  must(['config', 'delete', 'a\nb'], { env })
})

step('while sshd does not run yet, ssh is never closed on the ports of its own configuration', () => {
  const theirs = '/etc/ssh/sshd_config.d/theirs.conf'
  const kept = (port: string) => {
    server('signal-event firewall-update')
    return rules().every(text => text.includes(`--dport ${port} `))
  }
  outputFileSync(theirs, 'Port 2022\nListenAddress 192.168.77.1:2023\n')
  must(['ssh-keygen', '-A'])
  assert.equal([kept('2022'), kept('2023')], [false, true], 'each address has its own')
  outputFileSync(theirs, 'Port 2022\nListenAdress typo\n')
  assert.ok(kept('2022'), 'sshd does not tell, its files do')
  rmSync(theirs)
  assert.not(kept('2022'))
})

step('sshd is asked for its ports once for all fragments of an event', () => {
  const asked = '/srv/asked'
  const script = `#!/bin/sh\ntr '\\0' ' ' </proc/$PPID/cmdline >>${asked}\necho >>${asked}\nexec /usr/sbin/sshd "$@"\n`
  outputFileSync('/srv/counting/sshd', script, { mode: 0o755 })
  must(['sh', '-c', 'PATH=/srv/counting:$PATH signal-event firewall-update'], { env })
  assert.is(readFileSync(asked, 'utf8').match(/ports $/gm)?.length, 1)
})

step('ssh is never closed to the local networks, on the port where it really answers', async () => {
  must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', '/run/host-key'])
  must(['mkdir', '-p', '/run/sshd'])
  const sshd = ['/usr/sbin/sshd', '-D', '-e', '-f', '/dev/null', '-h', '/run/host-key', '-p', '22022']
  await daemons.start('sshd', sshd, () => run(['ss', '-Hlnt']).stdout.includes(':22022'))
  server('config setprop sshd access none')
  server('signal-event firewall-update')
  assert.ok(office.ask('lan', SERVER.lan, 22022).every(answer => answer.startsWith('SSH-2.0')))
  assert.equal(office.askInVain('outside', SERVER.outside, 22022), BOTH_NOTHING)
  must(['db', 'networks', 'delete', '192.168.77.0'], { env })
  must(['db', 'networks', 'delete', 'fd77:1::/64'], { env })
  refused(/ssh would be unreachable/)
  server('db networks set 192.168.77.0/24 network')
  server('db networks set fd77:1:: network Mask 64')
  server('db portforwards set mad portforward Port 22000:22100 DestHost 192.168.77.10')
  refused(/"mad": port 22022 is that of ssh/)
  server('db portforwards delete mad')
})

step('ssh: so many connections from one address outside, and no limit for the local network', () => {
  server('config setprop sshd access public RateLimit 3/hour')
  server('signal-event firewall-update')
  for (const address of SERVER.outside) {
    const answers = [1, 2, 3, 4].map(() => office.askInVain('outside', [address], 22022)[0])
    assert.equal(
      answers.map(answer => answer?.startsWith('SSH-2.0')),
      [true, true, true, false],
    )
  }
  for (let count = 0; count < 4; count++)
    assert.ok(office.ask('lan', SERVER.lan, 22022).every(answer => answer.startsWith('SSH-2.0')))
  server('config setprop sshd RateLimit 100/minute')
  server('signal-event firewall-update')
  assert.match(office.ask('outside', SERVER.outside.slice(0, 1), 22022)[0] ?? '', 'SSH-2.0')
  server('config delprop sshd RateLimit')
})

step('a setting that a later file will undo at the next start is told, with file and line', () => {
  const said = () => tried(['signal-event', 'firewall-update']).stderr
  assert.not.match(said(), 'next start')
  const main = readFileSync('/etc/sysctl.conf', 'utf8')
  outputFileSync('/etc/sysctl.conf', '# mine\nnet.ipv4.ip_forward=0\n')
  const undone =
    'sysctl net.ipv4.ip_forward: 1 is wanted, but 0 will hold after the next start of the machine: /etc/sysctl.conf:2'
  assert.match(said(), `warning: ${undone}`)
  assert.match(tried(['gabarit', 'doctor']).stdout, undone)
  outputFileSync('/etc/sysctl.conf', 'net.ipv4.ip_forward = 1\n')
  outputFileSync('/etc/sysctl.d/80-before.conf', 'net.ipv6.conf.all.forwarding = 0\n')
  assert.not.match(said(), 'next start', 'the same value, and an earlier file')
  outputFileSync('/etc/sysctl.d/zz.conf', 'net/ipv6/conf/all/forwarding = 0\n')
  rmSync('/etc/sysctl.conf')
  assert.match(
    said(),
    /net\.ipv6\.conf\.all\.forwarding: 1 is wanted, but 0 will hold .*: \/etc\/sysctl\.d\/zz\.conf:1/,
  )
  outputFileSync('/etc/sysctl.conf', main)
  for (const file of ['80-before', 'zz']) rmSync(`/etc/sysctl.d/${file}.conf`)
})

step('what the kernel does instead of a record is told by verify and doctor, and mended by the next event', () => {
  assert.not.match(effective(), /firewall|sysctl/)
  must(['sysctl', '-q', '-w', 'net.ipv4.ip_forward=0'])
  for (const command of ['verify --effective', 'doctor', 'status'])
    assert.match(tried(['gabarit', ...words(command)]).stdout, 'sysctl net.ipv4.ip_forward: 1 is wanted, but 0 holds')
  must(['iptables', '-D', 'INPUT', '-j', 'gabarit-input'])
  must(['iptables', '-A', 'gabarit-services', '-p', 'tcp', '--dport', '23', '-j', 'ACCEPT'])
  const stdout = effective()
  assert.match(
    stdout,
    'firewall rules.v4: -A INPUT -j gabarit-input is wanted, but no such rule holds: the kernel decides.',
  )
  assert.match(
    stdout,
    /firewall rules\.v4: no such rule is wanted, but -A gabarit-services -p tcp .*--dport 23 .*holds/,
  )
  server('signal-event firewall-update')
  assert.not.match(effective(), /firewall|sysctl/)
})

step('a rule of somebody else that lets everybody in before ours is named, and left alone', () => {
  const rule = words('INPUT -p tcp -m tcp --dport 23 -j ACCEPT')
  must(['iptables', '-I', 'INPUT', '-s', '10.9.9.9', '-j', 'ACCEPT'])
  must(['iptables', '-I', 'INPUT', '-i', 'lxcbr0', '-p', 'udp', '--dport', '53', '-j', 'ACCEPT'])
  assert.not.match(effective(), 'firewall')
  must(['iptables', '-I', ...rule])
  const said = `firewall INPUT: gabarit-input first is wanted, but -A ${rule.join(' ')} holds: that rule, for everybody, decides.`
  assert.match(effective(), `${said} To remove it: iptables -D ${rule.join(' ')}`)
  assert.match(tried(['signal-event', 'firewall-update']).stderr, `warning: ${said}`)
  must(['iptables', '-D', ...rule])
  assert.not.match(effective(), 'firewall')
  must(['iptables', '-D', 'INPUT', '-s', '10.9.9.9', '-j', 'ACCEPT'])
  must(['iptables', '-D', 'INPUT', '-i', 'lxcbr0', '-p', 'udp', '--dport', '53', '-j', 'ACCEPT'])
})

step('another packet filter that the machine starts beside ours is told by the event and by doctor', () => {
  for (const name of ['ufw', 'nftables', 'netfilter-persistent', 'firewalld']) {
    const unit = `/etc/systemd/system/${name}.service`
    const link = `/etc/systemd/system/sysinit.target.wants/${name}.service`
    outputFileSync(unit, '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=sysinit.target\n')
    must(['ln', '-s', unit, link])
    const said = `gabarit-firewall.service alone is wanted, but ${name}.service too will hold after the next start of the machine`
    assert.match(tried(['signal-event', 'firewall-update']).stderr, `warning: firewall status: ${said}`)
    assert.match(tried(['gabarit', 'doctor']).stdout, said)
    for (const file of [unit, link]) rmSync(file)
  }
})

step('settings of the kernel: set, overridden, and put back when they are taken out', () => {
  const before = sysctl('net.ipv4.tcp_keepalive_time')
  server('config setprop sysctl net.ipv4.tcp_keepalive_time 600 net.ipv4.ip_forward 0')
  server('signal-event network-update')
  assert.equal([sysctl('net.ipv4.tcp_keepalive_time'), sysctl('net.ipv4.ip_forward')], ['600', '0'])
  server('config delprop sysctl net.ipv4.tcp_keepalive_time net.ipv4.ip_forward')
  server('signal-event network-update')
  assert.equal([sysctl('net.ipv4.tcp_keepalive_time'), sysctl('net.ipv4.ip_forward')], [before, '1'])
})

step('a wrong setting is refused with the line', () => {
  for (const [name, value, said] of [
    ['net.ipv4.ip_forwards', '1', /the kernel has no setting net\.ipv4\.ip_forwards/],
    ['net.ipv4.tcp_keepalive_time', 'soon', /tcp_keepalive_time is now \d+/],
  ] as const) {
    must(['config', 'setprop', 'sysctl', name, value], { env })
    refused(said)
    must(['config', 'delprop', 'sysctl', name], { env })
  }
})

step('a setting that the kernel does not take goes back with everything else', () => {
  const [before, file] = [rules(), readFileSync('/etc/sysctl.d/90-gabarit.conf', 'utf8')]
  server('config setprop sysctl net.ipv4.tcp_keepalive_time 600 net.ipv4.tcp_keepalive_intvl 99999999')
  server('config setprop firewall Logging no')
  const { status, stderr } = tried(['signal-event', 'firewall-update'])
  assert.is(status, 4, stderr)
  assert.match(stderr, 'sysctl could not be applied')
  assert.equal(rules(), before)
  assert.is(readFileSync('/etc/sysctl.d/90-gabarit.conf', 'utf8'), file)
  assert.is(sysctl('net.ipv4.tcp_keepalive_time'), '7200')
  assert.is(tried(['config', 'getprop', 'firewall', 'Logging']).stdout, 'yes\n')
})

step('from a remote shell it goes back by itself unless it is confirmed', async () => {
  const remote = { ...env, SSH_CONNECTION: '198.51.100.10 50000 198.51.100.1 22022', GABARIT_WALL: 'true' }
  const before = rules()
  outputFileSync('/etc/gabarit/db/configuration/firewall.json', '{ "confirmWithin": "6s" }')
  server('config setprop httpd access private')
  // Whatever the event is called: it loads rules.
  const { status, stdout, stderr } = run(['signal-event', 'console-save'], { env: remote })
  assert.is(status, 0, stderr)
  assert.match(stdout, /rolls back automatically at .* unless you confirm: gabarit confirm/)
  assert.not.equal(rules(), before)
  for (let left = 200; left > 0 && existsSync('/var/lib/gabarit/confirmation.json'); left--) await pause(200)
  assert.equal(rules(), before)
  assert.is(tried(['config', 'getprop', 'httpd', 'access']).stdout, 'public\n')

  server('config setprop httpd access private')
  assert.is(run(['signal-event', 'firewall-update', '--confirm-within', 'no'], { env: remote }).status, 0)
  assert.not(existsSync('/var/lib/gabarit/confirmation.json'))
  server('config setprop httpd access public')
  server('signal-event firewall-update')
  assert.not(existsSync('/var/lib/gabarit/confirmation.json'), 'not in a local shell')
})

step('rules edited by hand are not overwritten unless they are named', () => {
  appendFileSync('/etc/iptables/rules.v4', '# by hand\n')
  server('config setprop firewall LogLimit 5/minute')
  const { status, stderr } = tried(['signal-event', 'firewall-update'])
  assert.is(status, 3)
  assert.match(stderr, '/etc/iptables/rules.v4 was edited by hand')
  server('signal-event firewall-update --overwrite /etc/iptables/rules.v4')
})

step('rules that somebody flushed are loaded again; at the start of the machine too', () => {
  const before = rules()
  must(['iptables', '-F'])
  server('signal-event firewall-update')
  assert.equal(rules(), before)
  must(['ip6tables', '-F'])
  const unit = readFileSync('/etc/systemd/system/gabarit-firewall.service', 'utf8')
  must(words(/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? ''))
  assert.equal(rules(), before)
  assert.ok(existsSync('/etc/systemd/system/sysinit.target.wants/gabarit-firewall.service'))
})

/** As fail2ban, Docker, libvirt and ufw make them: chains of their own, and rules in those of the kernel. */
const FOREIGN = [
  '-N f2b-web',
  '-A f2b-web -s 198.51.100.10/32 -j REJECT',
  '-I INPUT -p tcp -m multiport --dports 80,443 -j f2b-web',
  '-N DOCKER',
  '-A DOCKER -d 192.168.77.10/32 -p tcp -m tcp --dport 9000 -j ACCEPT',
  '-I FORWARD -j DOCKER',
  '-t nat -N DOCKER',
  '-t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
  '-t nat -A DOCKER -p tcp -m tcp --dport 9999 -j DNAT --to-destination 192.168.77.10:9000',
  '-t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
  '-t mangle -A PREROUTING -j MARK --set-mark 7',
  '-N LIBVIRT_INP',
  '-A LIBVIRT_INP -i virbr0 -p udp -m udp --dport 67 -j ACCEPT',
  '-I INPUT -j LIBVIRT_INP',
  '-N ufw-before-input',
  '-A ufw-before-input -i lo -j ACCEPT',
  '-A INPUT -j ufw-before-input',
]
const foreign = () =>
  rules()[0]
    ?.split('\n')
    .filter(line => /^[:-]/.test(line) && !line.includes('gabarit'))

step('the rules of Docker, fail2ban and others stay, in force and in their place', () => {
  server('config setprop httpd access public')
  server('signal-event firewall-update')
  for (const rule of FOREIGN) must(['iptables', ...words(rule)])
  const before = foreign()
  const theirs = () => {
    assert.equal(foreign(), before)
    assert.equal(office.ask('outside', SERVER.outside.slice(0, 1), 80), ['refused'], 'banned by fail2ban')
    assert.equal(office.ask('outside', SERVER.outside.slice(0, 1), 9999), MACHINE.outside.slice(0, 1), 'published')
  }
  theirs()
  server('signal-event firewall-update')
  theirs()
  server('config setprop firewall LogLimit 7/minute')
  server('signal-event firewall-update')
  theirs()
  must(['iptables', '-F', 'gabarit-input'])
  server('signal-event firewall-update')
  theirs()
  assert.equal(office.ask('lan', SERVER.lan.slice(0, 1), 80), MACHINE.lan.slice(0, 1), 'and ours are in force')
  server('config setprop firewall status disabled')
  server('signal-event firewall-update')
  theirs()
  server('config setprop firewall status enabled')
  server('signal-event firewall-update')
  theirs()
  server('gabarit rollback')
  assert.not(existsSync('/etc/iptables/rules.v4'), 'disabled as before')
  theirs()
  server('gabarit rollback')
  theirs()
  assert.ok(rules()[0]?.includes('-A INPUT -j gabarit-input'))
  for (const [add, remove] of [
    ['-A', '-D'],
    ['-I', '-D'],
    ['-N', '-X'],
  ] as const)
    for (const rule of FOREIGN.filter(line => line.includes(`${add} `)).reverse())
      must(['iptables', ...words(rule.replace(`${add} `, `${remove} `))])
  assert.equal(
    foreign()?.filter(line => line.startsWith('-')),
    [],
  )
})

step('status: only exactly these rules count as in force', () => {
  const service = join(PROJECT, 'services/firewall')
  assert.is(tried([service, 'status']).status, 0)
  must(words('iptables -A gabarit-services -p tcp -m tcp --dport 23 -j ACCEPT'))
  const { status, stdout } = tried([service, 'status'])
  assert.is(status, 3)
  assert.match(stdout, 'no such rule\t-A gabarit-services -p tcp -m tcp --dport 23 -j ACCEPT')
  must([service, 'reload'])
  must(words('iptables -D INPUT -j gabarit-input'))
  assert.match(tried([service, 'status']).stdout, '-A INPUT -j gabarit-input\tno such rule')
  must([service, 'reload'])
})

step('the rules of an earlier version, which had the tables for itself, are replaced', () => {
  const before = rules()
  must(['sh', '-c', 'iptables-restore </etc/iptables/rules.v4'])
  const { stderr } = tried([join(PROJECT, 'services/firewall'), 'reload'])
  assert.match(stderr, 'restart what has rules of its own (Docker, fail2ban)')
  assert.equal(rules(), before)
})

step('disabled: everything is open again, and nothing is left', () => {
  server('config setprop firewall status disabled')
  const { stdout, stderr } = tried(['signal-event', 'firewall-update'])
  assert.match(stdout, /^adjusted firewall: \S+\/services\/firewall stop$/m)
  assert.match(stderr, 'warning: firewall is disabled, and this needs it: ')
  assert.match(stderr, 'portforwards nas')
  assert.not.match(server('signal-event firewall-update'), 'adjusted firewall')
  assert.not(existsSync('/etc/iptables/rules.v4'))
  assert.not(existsSync('/etc/systemd/system/sysinit.target.wants/gabarit-firewall.service'))
  for (const text of rules()) assert.not.match(text, /^-A|gabarit/m)
  assert.equal(office.ask('outside', SERVER.outside, 2222), [...MACHINE.outside])
})

scenario.run()
