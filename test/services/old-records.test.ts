// Records of SME Server and NethServer, each alone: the import and the first event succeed, and nobody gets in who did not before.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const NAMES = 'DomainName=example.org\nSystemName=server\nLocalIP=192.168.1.1\nLocalNetmask=255.255.255.0\n'

/** A record, what the import must say (none: it says nothing), and what it leaves. */
interface Known {
  readonly database?: string
  readonly record: string
  readonly said?: string
  readonly leaves?: readonly [command: string, printed: string]
}

const KNOWN: readonly Known[] = [
  {
    record: 'httpd-e-smith=service|TCPPort|80|access|public|status|enabled',
    said: 'becomes "httpd", with its access, status and TCPPort',
    leaves: ['config getprop httpd access', 'public\n'],
  },
  { record: 'smanager=service|TCPPort|982|access|private|status|enabled' },
  { record: 'smanager=service|TCPPort|80|access|private|status|enabled', said: '"80" is already used by record' },
  {
    record: 'letsencrypt=service|hookScript|enabled|status|enabled',
    said: 'hookScript "enabled" is dropped: a hook always runs',
  },
  { database: 'networks', record: '192.168.1.0=network|Mask|255.255.255.0|Router|default', said: 'Router "default"' },
  {
    record:
      'openvpn@host-to-net=service|AuthMode|password|Network|10.9.8.0|Netmask|255.255.255.0|UDPPort|1195|access|green,red|status|enabled',
    said: 'becomes "openvpn", disabled: clients need new profiles',
    leaves: [
      'config printprop openvpn status access network port',
      'status=disabled\naccess=public\nnetwork=10.9.8.0/24\nport=1195\n',
    ],
  },
  {
    record: 'openvpn@host-to-net=service|Netmask||Network||UDPPort|1194|access|green,red|status|disabled',
    said: 'becomes "openvpn"',
  },
  { record: 'openvpn@branch=service|status|enabled', said: 'tunnels between servers are not supported' },
  {
    record: 'openvpn-bridge=service|UDPPort|1194|status|enabled',
    said: 'record "openvpn-bridge": disabled, because "enabled" also needs port, network',
  },
  {
    record: 'firewall=configuration|Policy|permissive|HairpinNat|disabled',
    said: 'stays behind: the settings of its firewall, such as Policy "permissive" are not those of gabarit',
    leaves: ['config getprop firewall status', 'disabled\n'],
  },
  { record: 'firewall=|CheckIP|192.0.2.8', said: 'stays behind: the settings of its firewall' },
  {
    record: 'httpd=service|TCPPorts|80,443|access|green,red|status|enabled',
    said: 'access "green,red" becomes public',
    leaves: ['config getprop httpd access', 'public\n'],
  },
  {
    record: 'httpd=service|access|green|status|enabled',
    said: 'access "green" becomes private',
    leaves: ['config getprop httpd access', 'private\n'],
  },
  {
    record: 'sshd=service|TCPPort|2222|access|blue|status|enabled',
    said: 'access "blue" becomes none',
    leaves: ['config getprop sshd access', 'none\n'],
  },
  { record: 'squid=service|TCPPort|3128|access|green|status|enabled', said: 'becomes private' },
  {
    record: 'asterisk=service|UDPPorts|10000-20000,x|access|public|status|enabled',
    said: 'UDPPorts dropped: not a port',
  },
  {
    record: 'asterisk=service|UDPPorts|10000-20000|access|public|status|enabled',
    said: 'UDPPorts becomes 10000:20000',
    leaves: ['config getprop asterisk UDPPorts', '10000:20000\n'],
  },
  {
    record: 'imap=service|AllowHosts|friends|TCPPort|143|access|public|status|enabled',
    said: 'disabled, because of AllowHosts',
    leaves: ['config getprop imap status', 'disabled\n'],
  },
  {
    record: 'httpd-admin=service|TCPPort|980|ValidFrom|192.0.2.300|access|public|status|enabled',
    said: 'disabled, because ValidFrom is dropped',
    leaves: ['config getprop httpd-admin status', 'disabled\n'],
  },
  {
    record: 'modSSL=service|crt|/home/e-smith/ssl.crt/a.crt|status|enabled',
    said: 'crt dropped: set either all of crt, key or none',
    leaves: ['config getprop modSSL status', 'enabled\n'],
  },
  { database: 'domains', record: 'shop.org=domain|Content|shop|Nameservers|internet', said: 'Content dropped' },
  {
    database: 'domains',
    record: 'mail.org=domain|TransportType|LocalDelivery',
    said: 'stays behind: a domain of mail only',
  },
  {
    database: 'hosts',
    record: 'nas=local|IpAddress|192.168.1.9|MacAddress|00:11:22:33:44:55',
    said: 'becomes the host nas.example.org, HostType Local',
    leaves: ['db hosts getprop nas.example.org InternalIP', '192.168.1.9\n'],
  },
  { database: 'hosts', record: 'printers=host-group|Members|a,b', said: 'an object of its firewall' },
  {
    database: 'networks',
    record: 'eth0=ethernet|ipaddr|192.168.7.1|netmask|255.255.255.0|role|green',
    said: 'becomes the local network 192.168.7.0',
    leaves: ['db networks getprop 192.168.7.0 Mask', '255.255.255.0\n'],
  },
  {
    database: 'networks',
    record: 'eth1=ethernet|bootproto|dhcp|role|red',
    said: 'the interfaces are those of the new machine',
  },
  {
    database: 'portforward',
    record: '1=pf|Allow|203.0.113.7|DstHost|192.168.1.9|Proto|tcp|Src|8080|Dst|80|status|enabled',
    said: 'becomes "pf1-8080" of portforwards',
    leaves: [
      'db portforwards printprop pf1-8080 AllowHosts DestHost DestPort status',
      'AllowHosts=203.0.113.7\nDestHost=192.168.1.9\nDestPort=80\nstatus=enabled\n',
    ],
  },
  {
    database: 'portforward',
    record: '2=pf|DstHost|host;nas|Proto|udp|Src|53|status|enabled',
    said: 'disabled: "host;nas" is an object of its firewall',
    leaves: ['db portforwards getprop pf2-53 status', 'disabled\n'],
  },
  {
    database: 'vhosts',
    record: 'shop=vhost|Access|private|Description|Shop|ServerNames|shop.example.org,www.shop.org|status|enabled',
    said: 'becomes the ibay shop (PublicAccess local), and the domains shop.example.org, www.shop.org',
    leaves: ['db domains getprop www.shop.org Content', 'shop\n'],
  },
  {
    database: 'vhosts',
    record: 'wiki=vhost|Access|public|PasswordStatus|enabled|ServerNames|wiki.example.org|status|enabled',
    said: 'becomes the ibay wiki (PublicAccess global-pw)',
    leaves: ['db accounts getprop wiki PublicAccess', 'global-pw\n'],
  },
  {
    database: 'vhosts',
    record: 'off=vhost|Access|public|ServerNames|off.example.org|status|disabled',
    said: 'becomes the ibay off (PublicAccess none)',
    leaves: ['db accounts getprop off PublicAccess', 'none\n'],
  },
  {
    database: 'proxypass',
    record: 'erp.example.org=VhostReverse|Target|http://192.168.1.7:8069|ValidFrom|192.168.1.0/24',
    said: 'db proxies set erp.example.org proxy Upstreams http://192.168.1.7:8069 AllowedNetworks 192.168.1.0/24',
  },
  {
    record: 'pki=configuration|ChainFile||CrtFile|/etc/pki/tls/certs/own.crt|KeyFile|/etc/pki/tls/private/own.key',
    said: 'its certificate becomes that of modSSL',
    leaves: ['config printprop modSSL crt key', 'crt=/etc/pki/tls/certs/own.crt\nkey=/etc/pki/tls/private/own.key\n'],
  },
  {
    record: 'pki=configuration|LetsEncryptDomains|www.example.org,mail.example.org',
    said: 'for certificates of www.example.org, mail.example.org: db domains setprop NAME letsencryptSSLcert enabled',
  },
  { database: 'vpn', record: 'joe=vpn|OpenVpnIp|10.9.8.7', said: 'stays behind: a new profile: db vpn set joe client' },
  { database: 'vpn', record: 'branch=openvpn-tunnel-server|status|enabled', said: 'tunnels between servers' },
  { database: 'accounts', record: 'joe=user|FirstName|Joe|PasswordSet|yes' },
  { database: 'fwrules', record: '1=rule|Action|accept|status|enabled' },
]

const records = suite('records of old servers')

for (const { database = 'configuration', record, said, leaves } of KNOWN)
  testIf(records, needsCommands('openssl'), record.split('|').slice(0, 6).join('|'), () => {
    const box = new Sandbox()
    box.write('/root/db/configuration', database === 'configuration' ? `${NAMES}${record}\n` : NAMES)
    if (database !== 'configuration') box.write(`/root/db/${database}`, `${record}\n`)
    const { status, stderr } = box.run(['gabarit', 'import', '--tree', box.path('/root/db')])
    assert.is(status, 0, stderr)
    if (said === undefined) assert.is(stderr, '')
    else assert.match(stderr, said)
    const event = box.run('signal-event post-install')
    assert.is(event.status, 0, event.stderr)
    if (leaves !== undefined) assert.is(box.must(leaves[0]), leaves[1])
    box.remove()
  })

records('empty databases stay, and locks and former versions are not databases', () => {
  const box = new Sandbox()
  box.write('/root/db/configuration', NAMES)
  for (const name of ['macs', 'configuration.lock', 'configuration.previous', 'hosts.4711'])
    box.write(`/root/db/${name}`, '')
  const { status, stderr } = box.run(['gabarit', 'import', '--tree', box.path('/root/db')])
  assert.is(status, 0, stderr)
  assert.ok(box.exists('/var/lib/gabarit/db/macs.json'))
  for (const name of ['configuration.lock', 'configuration.previous', 'hosts.4711']) {
    assert.match(stderr, `${name}: skipped: this is not a database file`)
    assert.not(box.exists(`/var/lib/gabarit/db/${name}.json`))
  }
  box.remove()
})

records.run()
