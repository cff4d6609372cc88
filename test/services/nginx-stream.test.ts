// Connections that nginx passes on as they are, by port and by the name of TLS: the real nginx, on `/`, in private namespaces.
import { once } from 'node:events'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { TestAuthority } from '../support/authority.ts'
import { throughNginx } from '../support/front.ts'
import { must, PROJECT, run, words } from '../support/sandbox.ts'

const MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so'
const { tests: stream, step, front } = throughNginx('connections that are passed on', MODULE, 'iptables-restore')

const [PLEX, MAIL] = ['plex.example.com', 'mail.example.com']
const authority = new TestAuthority(join(front.folder, 'authority'))
const inside = join(front.folder, 'inside')
const from = (address: string) => ['--interface', address]
const plain = { Upstreams: 'http://127.0.0.1:3001' }
const own = (...options: string[]) => front.seen(`https://${PLEX}/`, ...options).headers['x-real-ip']
/** What the server behind says of a connection: its name, then the address that it sees or is told. */
const passed = (name: string, ...options: string[]) => front.visit(`https://${name}/`, ...options).body
const ask = (protocol: 'tcp' | 'udp', port: string, host = '127.0.0.1') =>
  must(['perl', join(PROJECT, 'test/support/asker.pl'), protocol, host, port, '5000'])

/** Servers behind: over TLS on 3443, the same with the PROXY protocol on 3444. */
function startOthers(): Promise<unknown> {
  mkdirSync(inside)
  authority.issue([MAIL], inside)
  const tls = `ssl_certificate ${inside}/fullchain.pem; ssl_certificate_key ${inside}/privkey.pem;`
  const servers = `server { listen 127.0.0.1:3443 ssl; ${tls} return 200 "mail $remote_addr"; }
    server { listen 127.0.0.1:3444 ssl proxy_protocol; ${tls} return 200 "told $proxy_protocol_addr"; }`
  return front.startNginx('others', servers, () => front.visit('https://127.0.0.1:3443/').status === 200)
}

step('servers behind nginx', async () => {
  await front.start({ '3001': 'plex' })
  await startOthers()
  const whoami = [process.execPath, join(PROJECT, 'test/support/whoami.mjs'), '7001', 'u7001']
  await front.daemons.start('whoami', whoami, () => ask('tcp', '7001') === '127.0.0.1')
})

step('all connections on a port go to another server, over TCP and UDP, from those who may', () => {
  front.record('game', 'stream', { Port: '25565', Protocol: 'both', Upstreams: '127.0.0.1:7001' })
  front.apply('proxy-create game')
  assert.is(ask('tcp', '25565'), '127.0.0.1')
  assert.is(ask('udp', '25565'), '127.0.0.1')
  must(words('db proxies setprop game DeniedNetworks 127.0.0.0/8 AllowedNetworks 127.0.0.1/32,::/0'))
  front.apply('proxy-modify game')
  for (const protocol of ['tcp', 'udp'] as const) assert.is(ask(protocol, '25565', '::1'), '127.0.0.1')
  assert.is(ask('tcp', '25565'), '', 'denied, whatever else lets it in')
  assert.is(ask('udp', '25565'), 'nothing')
  must(words('db proxies delprop game AllowedNetworks'))
  writeFileSync('/etc/denied', '# nobody\n::1\n')
  must(words('db proxies setprop game DeniedNetworks /etc/denied Upstreams [::1]:7001'))
  front.apply('proxy-modify game')
  assert.equal([ask('tcp', '25565'), ask('tcp', '25565', '::1')], ['::1', ''])
  must(words('db proxies setprop game Upstreams 127.0.0.1:7001'))
  must(words('db proxies delprop game DeniedNetworks'))
  must(words('db proxies setprop game access private'))
  assert.match(front.apply('proxy-modify game'), /game has access private, .* so only this machine gets in/)
  assert.is(ask('tcp', '25565'), '127.0.0.1')
  must(words('config setprop nginx LocalTunnel yes'))
  assert.match(front.apply('proxy-modify game'), /game has access private, .* so nobody gets in/)
  assert.is(ask('tcp', '25565'), '')
  must(words('db proxies setprop game AllowedNetworks 127.0.0.0/8'))
  front.apply('proxy-modify game')
  assert.is(ask('tcp', '25565'), '127.0.0.1')
  must(words('db proxies setprop game status disabled'))
  front.apply('proxy-modify game')
  assert.is(ask('tcp', '25565'), 'refused')
  must(words('config delprop nginx LocalTunnel'))
})

step(
  'a port that another program holds: nginx keeps its former settings, and the event, verify and doctor say so',
  async () => {
    const holder = [process.execPath, join(PROJECT, 'test/support/whoami.mjs'), '7002', 'u7002']
    const other = await front.daemons.start('other', holder, () => ask('tcp', '7002') === '127.0.0.1')
    front.record('clash', 'stream', { Port: '7002', Upstreams: '127.0.0.1:7001' })
    const { status, stderr } = run(words('signal-event proxy-create clash'))
    assert.is(status, 1, stderr)
    const said = /nginx port 7002\/tcp: nginx is wanted, but node \(process \d+\) holds/
    assert.match(stderr, said)
    for (const command of ['gabarit verify --effective', 'gabarit doctor'])
      assert.match(run(words(command)).stdout, said)
    other.kill()
    await once(other, 'exit')
    front.apply()
    assert.is(ask('tcp', '7002'), '127.0.0.1')
    must(words('db proxies delete clash'))
    front.apply('proxy-delete clash')
  },
)

step('TLS connections for a name go to its server undecrypted, and the other names stay here', () => {
  front.record(PLEX, 'proxy', plain)
  front.apply()
  assert.is(own(...from('127.0.0.7')), '127.0.0.7')
  const httpd = front.visit('https://example.com/').body
  front.record(MAIL, 'stream', { Upstreams: '127.0.0.1:3443', Aliases: '*.mail.example.com' })
  front.apply(`proxy-create ${MAIL}`)
  assert.is(passed(MAIL), 'mail 127.0.0.1')
  assert.is(passed('MAIL.example.com'), 'mail 127.0.0.1')
  assert.is(passed('a.mail.example.com'), 'mail 127.0.0.1')
  must(['curl', '-s', '--cacert', authority.root, '--connect-to', `${MAIL}::127.0.0.1:`, `https://${MAIL}/`])
  assert.is(own(...from('127.0.0.7')), '127.0.0.7', 'the address of the visitor is still known')
  assert.equal(front.visit(`http://${MAIL}/a?b`).header('location'), [`https://${MAIL}/a?b`])
  assert.is(front.visit('https://example.com/').body, httpd, 'httpd behind nginx')
  must(words('gabarit verify --effective'))
})

step('networks hold behind it: of our sites by the address of the visitor, of the name before its server', () => {
  must(words(`db proxies setprop ${PLEX} AllowedNetworks 127.0.0.64/28`))
  must(words(`db proxies setprop ${MAIL} AllowedNetworks 127.0.0.64/28`))
  must(words('config setprop nginx LocalTunnel yes'))
  front.apply()
  const all = (address: string) => [front.visit(`https://${PLEX}/`, ...from(address)).status, reaches(address)]
  const reaches = (address: string) =>
    run(['curl', '-sk', ...from(address), '--connect-to', '::127.0.0.1:', `https://${MAIL}/`]).stdout
  assert.equal(all('127.0.0.65'), [200, 'mail 127.0.0.1'])
  assert.equal(all('127.0.0.9'), [403, ''])
  assert.equal(all('127.0.0.1'), [403, ''])
  must(words(`db proxies setprop ${MAIL} DeniedNetworks 127.0.0.66,127.0.0.0/26`))
  front.apply()
  assert.equal([reaches('127.0.0.65'), reaches('127.0.0.66')], ['mail 127.0.0.1', ''])
  must(words(`db proxies delprop ${MAIL} AllowedNetworks`))
  front.apply()
  assert.equal(['127.0.0.65', '127.0.0.66', '127.0.0.9'].map(reaches), ['mail 127.0.0.1', '', ''])
  must(words(`db proxies setprop ${MAIL} DeniedNetworks 127.0.0.64/26 AllowedNetworks 127.0.0.65/32`))
  front.apply()
  assert.is(reaches('127.0.0.65'), '', 'denied, although the allowed network is the narrower one')
  must(words(`db proxies delprop ${MAIL} DeniedNetworks`))
  must(words('config delprop nginx LocalTunnel'))
  must(words(`db proxies delprop ${PLEX} AllowedNetworks`))
})

step('the server behind learns the address, if it expects it', () => {
  const ProxyProtocol = 'enabled'
  front.record(MAIL, 'stream', { Upstreams: '127.0.0.1:3444', ProxyProtocol, Aliases: '*.example.com' })
  front.apply()
  assert.is(passed(MAIL, ...from('127.0.0.9')), 'told 127.0.0.9')
  assert.is(passed('else.example.com', ...from('127.0.0.9')), 'told 127.0.0.9')
  assert.is(own(...from('127.0.0.9')), '127.0.0.9', 'a wildcard leaves the other names alone')
  const overIPv6 = (name: string) => must(['curl', '-sk', '--connect-to', '::[::1]:', `https://${name}/`])
  assert.is(overIPv6(MAIL), 'told ::1')
  assert.is(JSON.parse(overIPv6(PLEX)).headers['x-real-ip'], '::1')
})

step('an address that a visitor writes himself, as a header or by the PROXY protocol, counts nowhere', () => {
  const header = ['-H', 'X-Forwarded-For: 127.0.0.65', '-H', 'X-Real-IP: 127.0.0.65']
  assert.is(own(...from('127.0.0.9'), ...header), '127.0.0.9')
  front.record(PLEX, 'proxy', { ...plain, AllowedNetworks: '127.0.0.64/28' })
  front.record(MAIL, 'stream', {
    Upstreams: '127.0.0.1:3444',
    ProxyProtocol: 'enabled',
    AllowedNetworks: '127.0.0.64/28',
  })
  front.apply()
  assert.is(front.visit(`https://${PLEX}/`, ...from('127.0.0.9'), ...header).status, 403)
  const forged = (name: string) =>
    run(['curl', '-sk', '--haproxy-protocol', ...from('127.0.0.9'), '--connect-to', '::127.0.0.1:', `https://${name}/`])
  for (const name of [PLEX, MAIL]) assert.equal([forged(name).stdout, forged(name).status], ['', 35], name)
  must(words(`db proxies delprop ${PLEX} AllowedNetworks`))
})

step('with the firewall, other users cannot say there who the visitor is', () => {
  const ports = ['10080', '10443', '10444', '10445']
  const reach = (user: string, port: string) =>
    run([
      'setpriv',
      '--reuid',
      user,
      '--clear-groups',
      'curl',
      '-sk',
      '--haproxy-protocol',
      `https://127.0.0.1:${port}/`,
    ])
  const refused = (user: string) => ports.filter(port => reach(user, port).status === 7)
  assert.equal(refused('nobody'), [])
  must(words('config setprop firewall status enabled'))
  front.apply('firewall-update')
  must(['iptables-restore', '/etc/iptables/rules.v4'])
  assert.equal(refused('nobody'), ports)
  for (const user of ['root', 'www-data']) assert.equal(refused(user), [], user)
  assert.is(own(...from('127.0.0.65')), '127.0.0.65')
  assert.is(passed(MAIL, ...from('127.0.0.65')), 'told 127.0.0.65')
  assert.is(front.visit('https://example.com/').status, 403, 'httpd behind nginx, which has no page')
  must(words('config setprop firewall status disabled'))
  must(['iptables-restore'], { input: '*filter\nCOMMIT\n' })
})

step('port 22 can be passed on while sshd is disabled', () => {
  front.record('game', 'stream', { Port: '22', Upstreams: '127.0.0.1:7001' })
  front.refused(/game: port 22 \(tcp\) is already that of sshd/)
  must(words('config setprop sshd status disabled'))
  front.apply()
  assert.is(ask('tcp', '22'), '127.0.0.1')
  must(words('config setprop sshd status enabled'))
  must(words('db proxies delete game'))
  front.apply()
})

step('what cannot be is refused, and a dead name only warned of', () => {
  const refused = (properties: Readonly<Record<string, string>>, said: RegExp, key = MAIL) => {
    front.record(key, 'stream', properties)
    front.refused(said)
  }
  refused({ Upstreams: `${PLEX}:443` }, /this server itself/)
  refused({ Upstreams: `${MAIL}:443` }, /this server itself/)
  refused({ Upstreams: '127.0.0.1:10080' }, /this server itself/)
  refused({ Upstreams: '127.0.0.1:25565', Port: '25565' }, /this server itself/)
  refused({ Upstreams: '127.0.0.1:3443', Port: '443' }, /port 443 \(tcp\) is already that of nginx/)
  refused({ Upstreams: '127.0.0.1:3443' }, /game has no Port, .* as game\.example\.com/, 'game')
  must(words('db proxies delete game'))
  refused({ Upstreams: '127.0.0.1:3443', Aliases: PLEX }, /belongs to two proxies/)
  refused({ Upstreams: '127.0.0.1:3443', Aliases: 'example.com' }, /but also a domain/)
  must(words('config set WebFrontend httpd'))
  refused({ Upstreams: '127.0.0.1:3443' }, /in front only/)
  must(words('config set WebFrontend nginx'))
  must(words('config setprop nginx TrustedProxies 192.0.2.1'))
  front.refused(/TrustedProxies/)
  must(words('config delprop nginx TrustedProxies'))
  const old = '/etc/nginx/conf.d/sites-enabled/old.conf'
  symlinkSync('/srv/gone', old)
  refused({ Upstreams: '127.0.0.1:3443' }, /old\.conf is a link to \/srv\/gone, which does not exist/)
  rmSync(old)
  writeFileSync('/etc/nsswitch.conf', 'hosts: files\n')
  front.record(MAIL, 'stream', { Upstreams: 'gone.invalid:443' })
  assert.match(front.apply(), /gone\.invalid has no address in the DNS/)
  assert.is(own(...from('127.0.0.9')), '127.0.0.9')
  must(words(`db proxies delete ${MAIL}`))
  front.apply(`proxy-delete ${MAIL}`)
  assert.is(own(...from('127.0.0.9')), '127.0.0.9', 'nothing is passed on any more')
})

step('without its module nginx refuses, and the message names the package', () => {
  rmSync('/etc/nginx/modules-enabled', { recursive: true })
  front.record('game', 'stream', { Port: '25566', Upstreams: '127.0.0.1:7001' })
  front.refused(/unknown directive "stream", which needs a module of nginx: apt install libnginx-mod-stream/)
})

stream.run()
