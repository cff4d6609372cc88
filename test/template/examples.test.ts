// The ten worked examples of the study of real template trees, each with records that matter.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Engine, type TestRecords } from '../support/engine.ts'

const examples = suite('worked examples')

const GREEN: TestRecords = {
  green: ['network', { role: 'green', ipaddr: '192.168.1.1', netmask: '255.255.255.0' }],
  red: ['network', { role: 'red', ipaddr: '203.0.113.5', netmask: '255.255.255.0' }],
}

/** Adds an example: the fragments of one template without banner, and what they make. */
function example(
  name: string,
  fragments: Readonly<Record<string, string>>,
  databases: Readonly<Record<string, TestRecords>>,
  expected: string,
): void {
  examples(name, () => {
    const engine = new Engine(databases)
    engine.template('t', { 'template-begin': '', ...fragments })
    assert.is(engine.text('t'), expected)
    engine.remove()
  })
}

example(
  'virtual hosts with TLS: nested loops, a sub-template and early return',
  {
    '50hosts': `<% for (const v of db('vhosts').all('vhost').filter(on)) for (const name of list(v.ServerNames)) for (const port of [443, 80]) { %>
<VirtualHost *:<%= port %>>
    ServerName <%= name %>
<%~ template('vhost', {...v, name, port}) %>
</VirtualHost>
<% } %>
`,
    'vhost/20ssl': `<% const cert = db('certs').get(item.SslCertificate)
   if (item.port !== 443 || !cert) return %>
    SSLEngine on
    SSLCertificateFile <%= dq(cert.file) %>
`,
    'vhost/30proxy': `<% if (!item.Target) return
   const target = item.Target.replace(/\\/*$/, '/'), from = list(item.ValidFrom) %>
    ProxyPass        / <%= target %> max=3 retry=30
    RewriteCond %{HTTP:Upgrade} websocket [NC]
        Require <%= from.length ? 'ip ' + from.join(' ') : 'all granted' %>
`,
  },
  {
    vhosts: {
      a: ['vhost', { status: 'enabled', ServerNames: 'a.org, www.a.org', SslCertificate: 'one' }],
      b: [
        'vhost',
        { status: 'enabled', ServerNames: 'b.org', Target: 'http://x:80//', ValidFrom: '10.0.0.1,10.0.0.2' },
      ],
      c: ['vhost', { status: 'disabled', ServerNames: 'c.org' }],
    },
    certs: { one: ['cert', { file: '/etc/a "b".pem' }] },
  },
  `<VirtualHost *:443>
    ServerName a.org
    SSLEngine on
    SSLCertificateFile "/etc/a \\"b\\".pem"
</VirtualHost>
<VirtualHost *:80>
    ServerName a.org
</VirtualHost>
<VirtualHost *:443>
    ServerName www.a.org
    SSLEngine on
    SSLCertificateFile "/etc/a \\"b\\".pem"
</VirtualHost>
<VirtualHost *:80>
    ServerName www.a.org
</VirtualHost>
<VirtualHost *:443>
    ServerName b.org
    ProxyPass        / http://x:80/ max=3 retry=30
    RewriteCond %{HTTP:Upgrade} websocket [NC]
        Require ip 10.0.0.1 10.0.0.2
</VirtualHost>
<VirtualHost *:80>
    ServerName b.org
    ProxyPass        / http://x:80/ max=3 retry=30
    RewriteCond %{HTTP:Upgrade} websocket [NC]
        Require ip 10.0.0.1 10.0.0.2
</VirtualHost>
`,
)

example(
  'hosts: a list that several fragments fill',
  {
    '00names': `<% vars.hostnames = [config.SystemName + '.' + config.DomainName, config.SystemName] %>`,
    '10self': `<% vars.hostnames.push(...db('hosts').all('self').map(h => h.key)) %>\n`,
    '20green': `<% for (const n of db('networks').where({ role: 'green' })) { %>
<%= pad(n.ipaddr, 18) %> <%= vars.hostnames.join(' ') %>
<% } %>
`,
  },
  {
    configuration: { SystemName: ['mine'], DomainName: ['example.org'] },
    hosts: { 'z.example.org': ['self'], 'a.example.org': ['self'], 'b.example.org': ['local'] },
    networks: GREEN,
  },
  '192.168.1.1        mine.example.org mine a.example.org z.example.org\n',
)

const RESOLV = {
  '10one': `<% if (on(config.dnsmasq)) return 'nameserver 127.0.0.1' %>
<% for (const s of list(config.dns.NameServers).slice(0, 2)) { %>
nameserver <%= s %>
<% } %>
`,
}
const dns = (status: string): TestRecords => ({
  dnsmasq: ['service', { status }],
  dns: ['configuration', { NameServers: '192.0.2.1, 192.0.2.2,192.0.2.3' }],
})
example('resolv.conf: return a text', RESOLV, { configuration: dns('enabled') }, 'nameserver 127.0.0.1\n')
example(
  'resolv.conf: or go on',
  RESOLV,
  { configuration: dns('disabled') },
  'nameserver 192.0.2.1\nnameserver 192.0.2.2\n',
)

example(
  'OpenVPN: rows with line()',
  {
    '00vpn': '<% vars.vpn = config.vpn %>\n',
    '10push': `<% const { vpn } = vars, push = (...w) => line('push ' + dq(w.join(' ')))
   const nets = [...db('routes').all('static').map(r => r.key), ...list(vpn.CustomRoutes)].map(c => net(c))
   nets.push(...db('networks').where({ role: 'green' }).map(n => net(n.ipaddr, n.netmask)))
   for (const n of nets) push('route', n.network, n.mask) %>
`,
  },
  {
    configuration: { vpn: ['service', { CustomRoutes: '10.1.2.3/16' }] },
    routes: { '172.16.0.0/12': ['static'] },
    networks: GREEN,
  },
  'push "route 172.16.0.0 255.240.0.0"\npush "route 10.1.0.0 255.255.0.0"\npush "route 192.168.1.0 255.255.255.0"\n',
)

example(
  'firewall: services() owns the semantics of ports and zones',
  {
    '10rules': `<% for (const s of services().filter(s => s.enabled)) for (const [proto, port] of s.ports) for (const zone of s.zones) { %>
ACCEPT\t<%= zone %>\t$FW\t<%= proto %>\t<%= port %>
<% } %>
`,
  },
  {
    configuration: {
      dns: ['service', { status: 'enabled', access: 'green,blue', TCPPort: '53', UDPPorts: '53,5353' }],
      ftp: ['service', { status: 'enabled', access: 'none', TCPPort: '21' }],
      ssh: ['service', { status: 'disabled', access: 'public', TCPPort: '22' }],
    },
  },
  ['tcp\t53', 'udp\t53', 'udp\t5353']
    .flatMap(port => ['green', 'blue'].map(zone => `ACCEPT\t${zone}\t$FW\t${port}\n`))
    .join(''),
)

example(
  'dnsmasq: groups in the order of addresses',
  {
    '10hosts': `<% for (const [address, hosts] of groupBy(db('hosts').all('local').filter(h => h.MacAddress), 'IpAddress', byIp)) { %>
<%= hosts.map(h => h.MacAddress.toLowerCase()).join(',') %>,<%= address %>
<% } %>
`,
  },
  {
    hosts: {
      a: ['local', { MacAddress: 'AA:01', IpAddress: '10.0.0.10' }],
      b: ['local', { MacAddress: 'AA:02', IpAddress: '10.0.0.9' }],
      c: ['local', { MacAddress: 'AA:03', IpAddress: '10.0.0.10' }],
      d: ['local', { IpAddress: '10.0.0.1' }],
    },
  },
  'aa:02,10.0.0.9\naa:01,aa:03,10.0.0.10\n',
)

const SUDOERS = (push: string) => ({
  '00commands': '<% vars.list("commands") %>\n',
  '20more': push,
  '90alias': `<% if (!vars.commands.length) return '# no commands are delegated' %>
Cmnd_Alias ADM = <%= vars.commands.join(', ') %>
`,
})
const ONE = `<% vars.list('commands').push('/sbin/reboot', '/sbin/halt') %>\n`
example('sudoers: nobody pushed', SUDOERS(''), {}, '# no commands are delegated\n')
example('sudoers: somebody did', SUDOERS(ONE), {}, 'Cmnd_Alias ADM = /sbin/reboot, /sbin/halt\n')

example(
  'cron: a key that needs quotes',
  {
    '10getmail': `<% for (const a of db('getmail').all('getmail').filter(on)) { const cfg = '/var/lib/getmail/' + a.key + '.cfg' %>
*/<%= Math.min(a.Time || 30, 59) %> * * * * root <%= cronCmd('/usr/bin/getmail --rcfile ' + sh(cfg)) %> --quiet
<% } %>
`,
  },
  {
    getmail: {
      "o'hara%x@example.org": ['getmail', { status: 'enabled', Time: '99' }],
      'x@example.org': ['getmail', { status: 'enabled' }],
    },
  },
  `*/59 * * * * root /usr/bin/getmail --rcfile '/var/lib/getmail/o'\\''hara\\%x@example.org.cfg' --quiet
*/30 * * * * root /usr/bin/getmail --rcfile /var/lib/getmail/x@example.org.cfg --quiet
`,
)

example(
  'WireGuard: blank lines between peers are real lines',
  {
    '20peers': `<% for (const p of db('wireguard').all('wg0').filter(on)) { %>

[Peer]
PublicKey = <%= p.public %>
AllowedIPs = <%= p.key %>
<% } %>
`,
  },
  {
    wireguard: {
      '10.0.0.2/32': ['wg0', { status: 'enabled', public: 'a=' }],
      '10.0.0.3/32': ['wg0', { status: 'enabled', public: 'b=' }],
    },
  },
  '\n[Peer]\nPublicKey = a=\nAllowedIPs = 10.0.0.2/32\n\n[Peer]\nPublicKey = b=\nAllowedIPs = 10.0.0.3/32\n',
)

examples.run()
