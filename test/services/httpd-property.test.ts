// Whatever the records of domains, hosts and i-bays are: nobody reads what they do not give. Random records and requests, the real
// Apache, and a small model of what the records say; on `/`, in private namespaces.
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons } from '../support/daemons.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { Chooser } from '../support/random.ts'
import { must, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { disguise, meantPath, type Visit, type Visited, visitAll } from '../support/visits.ts'
import { startWebServer } from '../support/web-server.ts'

const reason = needsCommands('apache2', 's6-svscan', 'curl', 'openssl', 'ip') ?? enterNamespace('home')
const property = suite('records of sites, and what answers')
const step = stepsOf(property, reason)
const daemons = new Daemons()
const choose = new Chooser()
const { chance, pick, some } = choose

type Properties = Readonly<Record<string, string>>

/** Who asks: in a local network, or where the server manager may be used from, or neither. */
const VISITORS: Readonly<Record<string, readonly string[]>> = {
  '127.0.0.1': ['local'],
  '10.50.1.5': ['local'],
  '10.50.2.5': ['local'],
  '10.50.3.5': ['manager'],
  '10.50.7.5': [],
  '::1': ['local'],
  'fd50:1::5': ['local'],
  'fd50:3::5': [],
}
const SETTINGS = [
  'db networks set 10.50.1.0 network Mask 255.255.255.0',
  'db networks set fd50:1::/64 network',
  'db networks set 10.50.7.0/24 network Guest yes',
  'config set wireguard service status enabled TunnelInterface wg0 TunnelNetwork 10.50.2.0/24',
  'config setprop httpd-admin status enabled TCPPort 980 ValidFrom 10.50.3.0/24',
]
const ANN = `Basic ${Buffer.from('ann:sesame').toString('base64')}`
const CHALLENGE = '/.well-known/acme-challenge/token'

/** The folders of the sites, some of them within others; each has its files below. */
const IBAYS = {
  Primary: '/srv/ibays/Primary/html',
  a: '/srv/a',
  'a.in': '/srv/a/in',
  deep: '/srv/a/in/deep',
  b: '/srv/b/',
  list: '/srv/list',
}
const FOLDERS_OF_IBAYS = Object.entries(IBAYS)
  .map(([key, folder]) => [key, folder.replace(/\/$/, '')] as const)
  .sort(([, one], [, other]) => other.length - one.length)
const FOLDERS = ['', '/in', '/in/deep', '/more', '/bare']
const PATHS = [
  ...FOLDERS.flatMap(folder => [folder, `${folder}/`, `${folder}/page`, `${folder}/.htaccess`, `${folder}/.htpasswd`]),
  ...[
    '/server-manager',
    '/server-manager/',
    '/server-managers',
    '/server-manager/x',
    '/Server-Manager/',
    CHALLENGE,
    '/.well-known/page',
  ],
].filter(path => path !== '')
const NAMES = ['home.org', 'one.org', 'two.org', 'sub.one.org', 'three.net']
const HOSTS = ['www.home.org', 'www.one.org', '*.two.org', 'x.sub.one.org', 'lone.example', 'printer.one.org']

interface Records {
  readonly access: { readonly http: string; readonly https: string }
  readonly domains: ReadonlyMap<string, Properties>
  readonly hosts: ReadonlyMap<string, Properties>
  readonly listed: ReadonlySet<string>
  readonly guarded: ReadonlySet<string>
}

function makeRecords(): Records {
  const [front, ...others] = NAMES
  const domain = () => ({
    Content: pick(Object.keys(IBAYS)),
    ...(chance(0.25) ? { ProxyPassTarget: 'http://127.0.0.1:3100/behind' } : {}),
    ...(chance(0.25) ? { ForceSSL: 'enabled' } : {}),
  })
  return {
    access: { http: pick(['public', 'private']), https: pick(['public', 'private']) },
    domains: new Map([front ?? '', ...some(others), 'three.net'].map(name => [name, domain()])),
    hosts: new Map(some(HOSTS).map(name => [name, { HostType: pick(['Self', 'Self', 'Local']) }])),
    listed: new Set(some(Object.keys(IBAYS))),
    guarded: new Set(some(Object.keys(IBAYS))),
  }
}

function store({ access, domains, hosts, listed, guarded }: Records): void {
  const write = (database: string, lines: readonly string[]) =>
    must(['db', database, 'batch'], { input: lines.join('\n') })
  const line = (key: string, type: string, properties: Properties) =>
    `set '${key}' ${type} ${Object.entries(properties).flat().join(' ')}`
  for (const [database, all] of [
    ['domains', NAMES],
    ['hosts', HOSTS],
  ] as const)
    for (const key of must(['db', database, 'keys'])
      .trim()
      .split('\n')
      .filter(key => all.includes(key) && key !== NAMES[0]))
      must(['db', database, 'delete', key])
  write(
    'accounts',
    Object.entries(IBAYS).map(([key, Path]) =>
      line(key, 'ibay', {
        Path,
        Indexes: listed.has(key) ? 'enabled' : 'disabled',
        AllowOverride: guarded.has(key) ? 'AuthConfig' : 'None',
      }),
    ),
  )
  write(
    'domains',
    [...domains].map(([key, properties]) => line(key, 'domain', properties)),
  )
  write(
    'hosts',
    [...hosts].map(([key, properties]) => line(key, 'host', properties)),
  )
  must(['config', 'setprop', 'httpd', 'access', access.http])
  must(['config', 'setprop', 'modSSL', 'access', access.https])
}

/** The domain whose site answers for a name: that of its own record, of its host, or the primary one. */
function siteOf({ domains, hosts }: Records, host: string): string {
  const name = host.toLowerCase().replace(/\.$/, '')
  if (domains.has(name)) return name
  const alias = [...hosts].find(
    ([key, { HostType }]) =>
      HostType === 'Self' && (key === name || (key.startsWith('*.') && name.endsWith(key.slice(1)))),
  )?.[0]
  const found = [...domains.keys()]
    .filter(domain => alias?.endsWith(`.${domain}`))
    .sort((one, other) => other.length - one.length)[0]
  return found ?? 'home.org'
}

/** What the records say to a visit: the file or folder that is read, the server that is asked, or undefined for nothing. */
function given(records: Records, { scheme, host, path: url, from, headers }: Visit): string | undefined {
  const site = siteOf(records, host)
  const { Content = '', ProxyPassTarget, ForceSSL } = records.domains.get(site) ?? {}
  const path = meantPath(url)
  if (path === undefined || path.includes('\0')) return undefined
  if (path === CHALLENGE) return 'challenge'
  const who = VISITORS[from] ?? []
  const local = who.includes('local')
  if (site === 'home.org' && /^\/server-manager(\/|$)/.test(path))
    return scheme === 'https' && (local || who.includes('manager')) ? `server ${path}` : undefined
  if (records.access[scheme] === 'private' && !local) return undefined
  if (scheme === 'http' && ForceSSL === 'enabled') return undefined
  if (ProxyPassTarget) return `server /behind${path}`
  const file = `${FOLDERS_OF_IBAYS.find(([key]) => key === Content)?.[1]}${path}`
  // The innermost i-bay says how a file is read. A folder "in" wants a password, if its i-bay may say so.
  const [owner = '', root = ''] = FOLDERS_OF_IBAYS.find(([, folder]) => file.startsWith(`${folder}/`)) ?? []
  if (/\/\.ht/.test(file)) return undefined
  const within = root.endsWith('/in') || /\/in(\/|$)/.test(file.slice(root.length))
  if (within && records.guarded.has(owner) && headers?.Authorization !== ANN) return undefined
  if (file.includes('/bare/')) return file.endsWith('/bare/') && !records.listed.has(owner) ? undefined : file
  return file
}

let records: Records = makeRecords()

function makeVisit(): Visit {
  const scheme = pick(['http', 'https'] as const)
  const host = pick([...records.domains.keys(), ...HOSTS, 'nobody.example', 'any.two.org']).replace('*', 'some')
  return {
    scheme,
    port: scheme === 'https' ? 443 : 80,
    host: pick([host, host, host.toUpperCase(), `${host}.`]),
    path: disguise(pick(PATHS), choose, PATHS),
    from: pick(Object.keys(VISITORS)),
    headers: {
      ...(chance(0.4) ? { Authorization: ANN } : {}),
      ...(chance(0.2) ? { 'X-Forwarded-For': '10.50.1.5' } : {}),
    },
  }
}

/** What was read, in the words of {@link given}; undefined if nothing was. */
function read({ status, body }: Visited): string | undefined {
  if (status !== 200) return undefined
  if (body.includes('<title>Index of')) return 'a list'
  const [, url] = /^server (.*)/.exec(body) ?? []
  return url === undefined ? body.trimEnd() : `server ${meantPath(new URL(`http://self${url}`).pathname)}`
}

const servers = [3100, 980].map(port =>
  createServer(({ url }, response) => response.end(`server ${url}`)).listen(port, '127.0.0.1'),
)
property.after(async () => {
  for (const server of servers) server.close()
  await daemons.stopAll()
})

step('sites', async () => {
  for (const address of Object.keys(VISITORS).filter(address => !/^127|^::1$/.test(address)))
    must(words(`ip address add ${address}/${address.includes(':') ? 128 : 32} dev lo`))
  await startWebServer(daemons, '/run/service', 'home')
  must(words('config set DomainName home.org'))
  for (const line of SETTINGS) must(words(line))
  const passwords = `ann:${must(['openssl', 'passwd', '-apr1', 'sesame'])}`
  writeFileSync('/srv/passwords', passwords)
  const guard = 'AuthType Basic\nAuthName in\nAuthUserFile /srv/passwords\nRequire valid-user\n'
  for (const [, root] of FOLDERS_OF_IBAYS)
    for (const folder of FOLDERS) {
      const full = `${root}${folder}`
      mkdirSync(full, { recursive: true })
      if (folder !== '/bare') writeFileSync(`${full}/index.html`, `${full}/`)
      writeFileSync(`${full}/page`, `${full}/page`)
      writeFileSync(`${full}/.htpasswd`, passwords)
      if (full.endsWith('/in')) writeFileSync(`${full}/.htaccess`, guard)
    }
  mkdirSync('/var/lib/dehydrated/acme-challenges', { recursive: true })
  must(words('signal-event console-save'))
  writeFileSync(`${must(words('config getprop letsencrypt WellKnown')).trim()}/token`, 'challenge')
})

for (const round of [1, 2, 3])
  step(`nobody reads what the records do not let him read, ${round}`, async () => {
    records = makeRecords()
    store(records)
    must(words('signal-event console-save'))
    const visits = Array.from({ length: 1500 }, makeVisit)
    const answers = await visitAll(visits)
    const seen = { read: 0, refused: 0 }
    for (const [index, visit] of visits.entries()) {
      const answer = answers[index] ?? { status: undefined, body: '' }
      const found = read(answer)
      const due = given(records, visit)
      if (found === undefined) {
        seen.refused++
        continue
      }
      seen.read++
      const about = `seed ${choose.seed}: ${JSON.stringify({ visit, answer, ...records, domains: [...records.domains], hosts: [...records.hosts], guarded: [...records.guarded], listed: [...records.listed] }, undefined, 1)}`
      if (found === 'a list') assert.ok(due?.endsWith('/'), about)
      else assert.is(found, due, about)
    }
    assert.ok(seen.read > 20 && seen.refused > 20, JSON.stringify(seen))
  })

property.run()
