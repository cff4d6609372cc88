// What a value could become past every description, in all shipped templates: another line, another word, a command.
import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Failure, orFailure } from '../../src/base/failure.ts'
import { Descriptions, describedDatabases } from '../../src/db/describe.ts'
import type { DbRecord, Records } from '../../src/db/record.ts'
import { readDatabase } from '../../src/db/store.ts'
import { makeContext } from '../../src/plan/context.ts'
import { databaseLoader } from '../../src/plan/expand.ts'
import { fact } from '../../src/plan/facts.ts'
import { databaseFile, findPlaces } from '../../src/system/places.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import { Databases } from '../../src/template/databases.ts'
import { Expander } from '../../src/template/expand.ts'
import type { Output } from '../../src/template/output.ts'
import { listTemplates } from '../../src/template/tree.ts'
import { PROJECT } from '../support/sandbox.ts'
import { configuration, domain, host, Server } from './server.ts'

const hostile = suite('hostile values in all templates')

/** A server on which every shipped template makes its files. */
const server = new Server({
  configuration: configuration({
    ...Object.fromEntries(
      ['firewall', 'nginx', 'modSSL', 'openvpn', 'httpd-admin', 'sysctl', 'etcd'].map(key => [
        key,
        ['service', { status: 'enabled' }],
      ]),
    ),
    letsencrypt: ['service', { status: 'test', challengeHook: '/usr/local/bin/hook', RenewDays: '30' }],
    LocalIP: ['192.168.1.2'],
  }),
  accounts: { Primary: ['ibay'], docs: ['ibay', { Path: '/srv/docs' }] },
  domains: {
    'example.org': domain(),
    'shop.example': domain({ Content: 'docs', ProxyPassTarget: 'http://10.0.0.7/' }),
  },
  hosts: { 'www.example.org': host(), 'nas.example.org': host({ HostType: 'Local', InternalIP: '192.168.1.9' }) },
  networks: { '192.168.1.0': ['network', { Mask: '255.255.255.0' }] },
  portforwards: {
    game: ['portforward', { status: 'enabled', Port: '4000', DestHost: '192.168.1.9', Protocol: 'udp' }],
    open: ['portforward', { status: 'enabled', Port: '5000', DestHost: 'fd00::9', Protocol: 'tcp', Direct: 'yes' }],
  },
  proxies: {
    'wiki.example.org': ['proxy', { status: 'enabled', Upstreams: 'http://10.0.0.5:80', Certificate: 'none' }],
  },
  vpn: { vera: ['client', { status: 'enabled', server: 'openvpn', Address: '10.8.0.9' }] },
})
const places = findPlaces(PROJECT, {}, server.root)
const base = makeContext(places, new RealSystem(server.root), () => {})
const templates = listTemplates(base.layers)

let databases = new Databases(databaseLoader(base))
/** One expander for all: what takes long is to compile the fragments. */
const expander = new Expander({
  layers: base.layers,
  databases: new Proxy(databases, {
    get: (_, name) => {
      const member = Reflect.get(databases, name, databases)
      return typeof member === 'function' ? member.bind(databases) : member
    },
    set: (_, name, value) => Reflect.set(databases, name, value, databases),
  }),
  world: {
    readFile: path => (server.exists(path) ? server.read(path) : undefined),
    exists: path => server.exists(path),
    fact: name => fact(name, places),
    perl: () => {
      throw new Error('no shipped fragment is in Perl')
    },
    warn: () => undefined,
    event: { name: '', args: [] },
  },
})
const expand = (name: string) => orFailure(() => expander.expand(`/${name}`))

/** What each template makes of good values. */
const good = new Map(templates.map(name => [name, expand(name)]))

/** The files of the templates that read a record, with another one in its place. Those that are refused are left out. */
function filesWith(database: string, record: DbRecord): Output[] {
  const records: Records = new Map([...(readDatabase(databaseFile(places, database)) ?? []), [record.key, record]])
  databases = new Databases(databaseLoader({ ...base, replaced: new Map([[database, records]]) }))
  const isRead = ({ reads }: Output) =>
    reads.some(read => read.database === database && (read.key === undefined || read.key === record.key))
  return [...good].flatMap(([name, outputs]) => {
    const made = outputs instanceof Failure || outputs.some(isRead) ? expand(name) : []
    return made instanceof Failure ? [] : made.filter(({ content }) => content !== undefined)
  })
}

/** Every property of every record, described or set. */
function* properties(): Generator<readonly [database: string, record: DbRecord, property: string]> {
  const descriptions = new Descriptions(places)
  // Those of proxies: nginx-hostile.test.ts.
  for (const database of describedDatabases(places).filter(name => name !== 'proxies'))
    for (const record of readDatabase(databaseFile(places, database))?.values() ?? []) {
      const described = descriptions.of(database, record.key, record.type)?.properties.keys() ?? []
      for (const property of new Set([...described, ...record.properties.keys()])) yield [database, record, property]
    }
}

const withValue = (record: DbRecord, property: string, value: string): DbRecord => ({
  ...record,
  properties: new Map([...record.properties, [property, value]]),
})

/** The text without comments, and without what is in quotes: there a value is data. */
const bare = (text: string) => text.replace(/^\s*#.*$/gm, '').replace(/"(?:\\.|[^"\\\n])*"|'[^'\n]*'/g, '""')

/** A value, and what it must not become. Files of sshd and sysctl have lists of words as values. */
const CASES: readonly (readonly [value: string, harm: (path: string, content: string) => boolean])[] = [
  ['10.0.0.1\nEVIL', (_, content) => /^\s*EVIL/m.test(bare(content))],
  ['tcp -j ACCEPT EVIL', (path, content) => !/\/(ssh|sysctl\.d)\//.test(path) && bare(content).includes('ACCEPT EVIL')],
  ['example.org,EVIL', (_, content) => /^push .*,/m.test(content)],
]

for (const [value, harm] of CASES)
  hostile(`${JSON.stringify(value)} stays one value`, () => {
    const harmed: string[] = []
    for (const [database, record, property] of properties())
      for (const { path, content = '' } of filesWith(database, withValue(record, property, value)))
        if (harm(path, content)) harmed.push(`${database} ${record.key} ${property}: ${path}`)
    assert.equal(harmed, [])
  })

/** What a shell runs, at the first or the second time that it reads the value. */
const COMMANDS = [
  '$(touch EVIL)',
  '`touch EVIL`',
  '"; touch EVIL; "',
  "'; touch EVIL; '",
  'a[$(touch EVIL)]',
  'x\ntouch EVIL',
]

/** What the programs do with their files: they read them, and calculate with the numbers in them. */
const READERS: Readonly<Record<string, string>> = {
  '/etc/dehydrated/config': '. "$1"; : "$((RENEW_DAYS * 86400))"',
  '/etc/dehydrated/hook.sh': 'bash "$1" startup_hook',
  '/etc/openvpn/easy-rsa/vars':
    'EASYRSA_PKI=$PWD/pki EASYRSA_VARS_FILE=$1 /usr/share/easy-rsa/easyrsa --batch init-pki',
}

hostile('no value is run as a command by dehydrated, its hook and Easy-RSA', () => {
  const run = new Set<string>()
  for (const [database, record, property] of properties())
    if (['letsencrypt', 'easyrsa'].includes(record.key))
      for (const value of COMMANDS)
        for (const { path, content = '' } of filesWith(database, withValue(record, property, value))) {
          const reader = READERS[path]
          if (reader === undefined || !content.includes('EVIL')) continue
          run.add(path)
          const file = server.write('/shell/file', content)
          spawnSync('bash', ['-c', reader, 'bash', file], { cwd: server.path('/shell') })
          assert.not(server.exists('/shell/EVIL'), `${record.key} ${property} ${value}`)
        }
  assert.equal([...run].sort(), Object.keys(READERS))
})

hostile.after(() => server.remove())
hostile.run()
