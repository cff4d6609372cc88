// Whatever the records of proxies and their paths are: no address and no path gets an answer that they do not give. Random
// records and requests, the real nginx, and a small model of what the records say; on `/`, in private namespaces.
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import * as assert from 'uvu/assert'
import { throughNginx } from '../support/front.ts'
import { Chooser } from '../support/random.ts'
import { must, words } from '../support/sandbox.ts'
import { disguise, meantPath, type Visit, visitAll } from '../support/visits.ts'

const { tests: property, step, front } = throughNginx('records of proxies, and what answers', 'ip')

const choose = new Chooser()
const { chance, pick, some } = choose

type Properties = Readonly<Record<string, string>>
interface Place {
  readonly key: string
  readonly properties: Properties
}
interface Proxy extends Place {
  readonly places: readonly Place[]
}

/** Who asks, and the networks he is in. */
const NETWORKS = [
  '10.50.1.0/24',
  '10.50.2.0/24',
  '10.50.3.0/24',
  '10.50.3.128/25',
  '10.50.0.0/16',
  'fd50:1::/64',
  'fd50:3::/64',
]
const ALL = ['10.50.0.0/16']
const VISITORS: Readonly<Record<string, readonly string[]>> = {
  '127.0.0.1': ['this'],
  '127.0.0.9': [],
  '10.50.1.5': [...ALL, '10.50.1.0/24', 'local'],
  '10.50.2.5': [...ALL, '10.50.2.0/24', 'local'],
  '10.50.3.5': [...ALL, '10.50.3.0/24'],
  '10.50.3.200': [...ALL, '10.50.3.0/24', '10.50.3.128/25'],
  '10.50.4.5': ALL,
  '10.50.7.5': ALL,
  '::1': ['this'],
  'fd50:1::5': ['fd50:1::/64', 'local'],
  'fd50:3::5': ['fd50:3::/64'],
}
const SETTINGS = [
  'db networks set 10.50.1.0 network Mask 255.255.255.0',
  'db networks set fd50:1::/64 network',
  'db networks set 10.50.7.0/24 network Guest yes',
  'config setprop openvpn status enabled network 10.50.2.0/24',
]
const PASSWORDS = '/srv/passwords'
const ANN = `Basic ${Buffer.from('ann:sesame').toString('base64')}`

const PATHS = ['/a', '/a/', '/a/b', '/a/b/', '/a/b/c', '/A', '/a%20b', '/a.b/', '/ab', '/%C3%A4/', '/hook']
const UPSTREAMS = { Upstreams: 'http://127.0.0.1:3100' }

/** Who may read: the part of a record that the model is about. */
function makeAccess(words: readonly string[]): Properties {
  const list = (name: string, networks: readonly string[]) => (networks.length > 0 ? { [name]: networks.join() } : {})
  return {
    ...(chance(0.7) ? { access: pick(words) } : {}),
    ...(chance(0.3) ? list('AllowedNetworks', some(NETWORKS)) : {}),
    ...(chance(0.2) ? list('DeniedNetworks', some(NETWORKS)) : {}),
    ...(chance(0.3) ? { BasicAuthFile: PASSWORDS } : {}),
    ...(chance(0.3) ? { Satisfy: pick(['all', 'any']) } : {}),
  }
}

/** What answers: a server, which shows its record in a header that it is sent, or a folder. */
function makeContent(key: string): Properties {
  if (chance(0.25)) {
    for (const path of ['', '/b', '/.git']) {
      mkdirSync(`/srv/${key}${path}`, { recursive: true })
      writeFileSync(`/srv/${key}${path}/index.html`, path.includes('.') ? 'hidden' : JSON.stringify({ key }))
    }
    return { Folder: `/srv/${key}` }
  }
  return { ...UPSTREAMS, UpstreamHeaders: `X-Key: ${key}` }
}

function makeProxy(index: number): Proxy {
  const key = `${pick(['p', 'P'])}${index}.example.com`
  const places = [...new Set(Array.from({ length: 4 }, () => pick(PATHS)))]
    .filter((path, _, all) => !path.endsWith('/') || !all.includes(path.slice(0, -1)))
    .map((Path, number): Place => {
      const content = makeContent(`l${index}-${number}`)
      const match = !('Folder' in content) && chance(0.2) ? { Match: 'exact' } : {}
      const instead = !('Folder' in content) && chance(0.2) ? { UpstreamPath: pick(['/', '/v2', '/v2/']) } : {}
      return {
        key: `l${index}-${number}`,
        properties: { Path, ...content, ...match, ...instead, ...makeAccess(['inherit', 'private', 'everybody']) },
      }
    })
  const properties = {
    ...makeContent(`p${index}`),
    ...makeAccess(['public', 'private']),
    ForceSSL: 'disabled',
    Locations: places.map(place => place.key).join(),
    Aliases: `www.p${index}.example.net,*.P${index}.example.net`,
  }
  return { key, properties, places }
}

function makeVisit({ key }: Proxy): Visit {
  const name = key.toLowerCase()
  const alias = name.replace('.com', '.net')
  const more = ['/', '/a/b/c/d', '/b/', '/x', '/abc', '/a/.git/', '/a/bc', '/a.b/b/', '/aXb/']
  const path = disguise(pick([...PATHS, ...more]), choose, PATHS)
  const scheme = pick(['http', 'https'] as const)
  return {
    scheme,
    port: scheme === 'https' ? 443 : 80,
    host: pick([key, name.toUpperCase(), `${name}.`, `www.${alias}`, `any.${alias}`]),
    path,
    from: pick(Object.keys(VISITORS)),
    headers: {
      ...(chance(0.4) ? { Authorization: ANN } : {}),
      ...(chance(0.2) ? { 'X-Forwarded-For': '10.50.1.5' } : {}),
    },
  }
}

/** The record that a path belongs to: the exact one, or the longest that it is below. */
function placeOf(proxy: Proxy, path: string): Place {
  const fits = ({ properties: { Path = '', Match } }: Place) => {
    const own = decodeURIComponent(Path)
    if (Match === 'exact') return own === path
    return own === path || path.startsWith(own.endsWith('/') ? own : `${own}/`)
  }
  const weight = ({ properties: { Path = '', Match } }: Place) =>
    decodeURIComponent(Path).length + (Match === 'exact' ? 1000 : 0)
  return proxy.places.filter(fits).sort((one, other) => weight(other) - weight(one))[0] ?? proxy
}

/** Whether the records let somebody read a place. */
function mayRead(proxy: Proxy, place: Place, { from, headers }: Visit): boolean {
  const mine = VISITORS[from] ?? []
  const within = (list = '') => list.split(',').some(network => mine.includes(network))
  if (within(proxy.properties.DeniedNetworks) || within(place.properties.DeniedNetworks)) return false
  const open = place.properties.access === 'everybody'
  const networksOf = ({ access, AllowedNetworks }: Properties) =>
    access === 'private' || AllowedNetworks
      ? [...(AllowedNetworks?.split(',') ?? []), ...(access === 'private' ? ['local'] : [])]
      : undefined
  const networks = networksOf(place.properties) ?? (open ? undefined : networksOf(proxy.properties))
  const asked = place.properties.BasicAuthFile ?? (open ? undefined : proxy.properties.BasicAuthFile)
  const known = headers?.Authorization === ANN
  const inside = mine.includes('this') || networks?.some(network => mine.includes(network))
  const any = (place.properties.Satisfy ?? proxy.properties.Satisfy) === 'any'
  if (networks && asked && any) return inside === true || known
  return (!networks || inside === true) && (!asked || known)
}

/** Whether a server behind might take a path for that of another record with an access of its own: then nobody gets there. */
function isSpelled(proxy: Proxy, place: Place, path: string): boolean {
  const words = (text: string) => text.replace(/[A-Z]/g, letter => letter.toLowerCase()).split(/[/\\]/)
  const asked = words(path)
    .map(word => word.replace(/[. ]*(;.*)?$/, ''))
    .filter(word => word !== '')
  const pathOf = ({ properties: { Path = '/' } }: Place) => words(decodeURIComponent(Path)).filter(word => word !== '')
  const begins = (whole: readonly string[], start: readonly string[]) =>
    start.every((word, index) => whole[index] === word)
  return proxy.places.some(other => {
    const { Path = '', Match, access = 'inherit', ...own } = other.properties
    if (access !== 'private' && !own.AllowedNetworks && !own.DeniedNetworks && !own.BasicAuthFile) return false
    const its = pathOf(other)
    const more = asked.length - its.length
    const fits = Match === 'exact' ? more === 0 : more > 0 || !Path.endsWith('/') || /[/\\]$/.test(path)
    return fits && begins(asked, its) && !begins(pathOf(place), its)
  })
}

const proxies = Array.from({ length: 16 }, (_, index) => makeProxy(index))
const server = createServer(({ url, headers }, response) =>
  response.end(JSON.stringify({ key: headers['x-key'], url })),
)
property.after(() => {
  server.close()
})

step('the records are served', async () => {
  for (const address of Object.keys(VISITORS).filter(address => !/^127|^::1$/.test(address)))
    must(words(`ip address add ${address}/${address.includes(':') ? 128 : 32} dev lo`))
  await front.start({}, ...SETTINGS)
  server.listen(3100, '127.0.0.1')
  writeFileSync(PASSWORDS, `ann:${must(['openssl', 'passwd', '-apr1', 'sesame'])}`)
  const line = ({ key, properties }: Place, type: string) =>
    `set ${key} ${type} ${Object.entries(properties)
      .map(([name, value]) => `${name} '${value}'`)
      .join(' ')}`
  const lines = proxies.flatMap(proxy => [...proxy.places.map(place => line(place, 'location')), line(proxy, 'proxy')])
  must(['db', 'proxies', 'batch'], { input: lines.join('\n') })
  front.apply()
})

step('nobody reads what the records do not let him read', async () => {
  const asked = Array.from({ length: 4000 }, () => {
    const proxy = pick(proxies)
    return { proxy, visit: makeVisit(proxy) }
  })
  const answers = await visitAll(asked.map(({ visit }) => visit))
  const seen = { read: 0, refused: 0, elsewhere: 0 }
  for (const [index, { proxy, visit }] of asked.entries()) {
    const { status, body } = answers[index] ?? { status: undefined, body: '' }
    const about = `seed ${choose.seed}: ${JSON.stringify({ visit, status, body, proxy }, undefined, 1)}`
    const path = meantPath(visit.path)
    const place = path === undefined ? undefined : placeOf(proxy, path)
    const allowed =
      path !== undefined && place !== undefined && mayRead(proxy, place, visit) && !isSpelled(proxy, place, path)
    if (status !== 200) {
      if (status === 401 || status === 403) assert.not(allowed, `refused, ${about}`)
      seen[allowed ? 'elsewhere' : 'refused']++
      continue
    }
    assert.ok(allowed, about)
    const { key, url } = JSON.parse(body)
    assert.is(key, place?.key.startsWith('l') ? place.key : key, about)
    // The server behind may see another path in it, and must not be asked for one of another record.
    if (url !== undefined && !place?.properties.UpstreamPath) {
      const there = placeOf(proxy, meantPath(new URL(`http://self${url}`).pathname) ?? '')
      assert.is(there.key, place?.key, `behind, ${about}`)
    }
    seen.read++
  }
  assert.ok(seen.read > 100 && seen.refused > 100, JSON.stringify(seen))
})

property.run()
