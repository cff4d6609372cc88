import { join } from 'node:path'
import { issueAsDehydrated } from '../support/authority.ts'
import type { Front } from '../support/front.ts'
import { must, words } from '../support/sandbox.ts'

const SITES = ['club', 'garden', 'museum', 'school']

/** Settings of a small office: five web sites, three proxies, and the notebooks of three people in the VPN. */
const SETTINGS = [
  ...SITES.map(name => `db accounts set ${name} ibay Name ${name}`),
  ...SITES.map(name => `db domains set ${name}.example domain Content ${name}`),
  'db hosts set printer.example.com host HostType Local InternalIP 192.168.77.40 MACAddress 02:00:00:00:00:40',
  'db hosts set nas.example.com host HostType Local InternalIP 192.168.77.50',
  'db proxies set shop.example.com proxy Upstreams http://127.0.0.1:8101 OwnLogs enabled',
  'db proxies set media.example.com proxy Upstreams http://127.0.0.1:8102 WebSocket enabled',
  'db proxies set old.example.com proxy RedirectTo https://shop.example.com',
  'config setprop openvpn status enabled',
  ...['anna', 'bertrand', 'chloe'].map(name => `db vpn set ${name} client`),
  'config setprop letsencrypt status enabled configure domains certificates per-domain ProductionCA https://acme.example.net/directory',
]

/** Fills a server with what people have, so that its pages have something to show; the last changes wait. */
export function fill(front: Front): void {
  for (const line of SETTINGS) must(words(line))
  for (const event of ['console-save', 'openvpn-update', 'nginx-update']) front.apply(event)
  for (const verb of ['create anna', 'create chloe', 'revoke chloe']) front.apply(`vpn-client-${verb}`)
  must(words('config setprop easyrsa Algorithm rsa KeySize 2048'))
  front.apply('vpn-client-create bertrand')
  for (const name of ['example.com', 'club.example', 'garden.example']) putCertificate(front, name)
  must(words('db hosts set camera.example.com host HostType Local InternalIP 192.168.77.60'))
  must(words('db proxies setprop media.example.com HSTS enabled'))
}

/** Puts a certificate into service, as if the authority had just issued it. */
function putCertificate({ folder }: Front, name: string): void {
  const into = `/etc/dehydrated/acme.example.net/${name}`
  const names = name === 'example.com' ? [name] : [name, `www.${name}`]
  issueAsDehydrated(join(folder, `authority-${name}`), names, into)
  const files = ['privkey', 'cert', 'fullchain', 'chain'].map(kind => join(into, `${kind}.pem`))
  must(['gabarit', 'letsencrypt', 'hook', 'deploy_cert', name, ...files, '1795640000'])
}
