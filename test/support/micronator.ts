/** The server of the first scenario: two domains, five public hosts each, and its own name, which no one certifies. */
export const PRIMARY = 'micronator-101.org'
export const ODOO = 'odoo.micronator-101.org'
export const DOMAINS = [PRIMARY, ODOO] as const
const PUBLIC_HOSTS = ['ftp', 'mail', 'proxy', 'wpad', 'www']

/** The names of the hosts that have a public address. */
export const HOST_NAMES: readonly string[] = DOMAINS.flatMap(domain => PUBLIC_HOSTS.map(host => `${host}.${domain}`))
/** The names of the certificate. */
export const CERTIFIED: readonly string[] = [...DOMAINS, ...HOST_NAMES]
/** The server's own names. */
export const PRIVATE: readonly string[] = DOMAINS.map(domain => `odoo-11.${domain}`)

/** How the server came to be, before the job begins. */
export const FOUND: readonly string[] = [
  `config set DomainName ${PRIMARY}`,
  'config set SystemName odoo-11',
  'signal-event post-install',
  `db domains set ${ODOO} domain Content Primary`,
  `signal-event domain-create ${ODOO}`,
]

/** What the administrator types to get a test certificate for every public name. */
export const ASKED: readonly string[] = [
  'config setprop letsencrypt configure none',
  ...DOMAINS.map(domain => `db domains setprop ${domain} letsencryptSSLcert enabled`),
  'db domains show',
  ...HOST_NAMES.map(name => `db hosts setprop ${name} letsencryptSSLcert enabled`),
  'config setprop letsencrypt email admin@micronator.org',
  'config setprop letsencrypt keysize 4096',
  'config setprop letsencrypt ACCEPT_TERMS yes',
  'config setprop letsencrypt status test',
]
