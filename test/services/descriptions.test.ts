import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changeDatabase } from '../../src/db/change.ts'
import { readDescription } from '../../src/db/description-file.ts'
import { initializeDatabases } from '../../src/db/initialize.ts'
import { findPlaces } from '../../src/system/places.ts'
import { PROJECT } from '../support/sandbox.ts'

const descriptions = suite('shipped descriptions')
const folder = join(PROJECT, 'db')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.json'))

descriptions('are there for the first services', () => {
  const wanted = [
    'configuration/letsencrypt',
    'configuration/modSSL',
    'configuration/httpd',
    'configuration/DomainName',
  ]
  for (const name of [...wanted, 'domains/@domain', 'hosts/@host', 'accounts/@ibay', 'networks/@network'])
    assert.ok(files.includes(`${name}.json`), name)
})

descriptions(
  'a proxy and a location of it say the same of the properties that both have, but of who may read them',
  () => {
    const [proxy, location] = ['proxy', 'location'].map(
      type => readDescription(join(folder, `proxies/@${type}.json`)).properties,
    )
    const own = ['Path', 'Match', 'access', 'AllowedNetworks', 'BasicAuthFile']
    own.push('Satisfy', 'MaxBodySize', 'ConnectTimeout', 'Timeout', 'Buffering')
    for (const [name, property] of location ?? [])
      if (!own.includes(name)) assert.equal(proxy?.get(name), property, name)
  },
)

for (const name of files)
  descriptions(`${name} parses, says everything in English and French, and its patterns in words`, () => {
    const { description, key, scalar, properties } = readDescription(join(folder, name))
    const others = [['the key', key] as const, ['the value', scalar] as const]
    const described = [
      ...properties,
      ...others.flatMap(([what, property]) => (property === undefined ? [] : ([[what, property]] as const))),
    ]
    for (const [property, { pattern, form }] of described)
      if (pattern !== undefined) assert.ok(form, `${property}: the pattern in words`)
    // What stands in the description of its type need not be said again.
    const own = name === 'accounts/Primary.json' ? [] : described
    for (const [property, { description: texts }] of own) {
      assert.ok(texts?.en, `${property} in English`)
      assert.ok(texts?.fr, `${property} in French`)
    }
    if (name !== 'accounts/Primary.json') assert.ok(description?.en && description.fr, 'the record')
  })

const KEYS: readonly (readonly [database: string, type: string, good: readonly string[], bad: readonly string[]])[] = [
  ['domains', 'domain', ['example.org', 'localdomain'], ['*.example.org', 'a b', 'a_b.org', '*', '']],
  ['hosts', 'host', ['www.example.org', '*.example.org'], ['www.example.org.', 'a/b', '-a']],
  ['networks', 'network', ['192.168.1.0', 'fd00::', '192.168.1.0/24', 'fd00::/64'], ['office', '192.168.1.0/33']],
  [
    'vpn',
    'client',
    ['setsuna', 'A.b_c-9', 'x'.repeat(64)],
    ['../x', 'a b', '$(id)', 'x'.repeat(65), 'server-x', '', '.a'],
  ],
  ['configuration', 'service', ['openvpn-tcp', 'backup'], ['openvpnx', 'openvpn-', 'openvpn-A', 'openvpn-a/b']],
  ['accounts', 'ibay', ['Primary', 'my-share', '0.x_y'], ['../x', 'a b', '*', 'a*', '.x', '-x', 'a:b']],
]

for (const [database, type, good, bad] of KEYS)
  descriptions(`the keys of ${database}`, () => {
    const places = findPlaces(PROJECT, {}, mkdtempSync(join(tmpdir(), 'gabarit-keys-')))
    const make = (key: string) =>
      changeDatabase(places, database, { command: 'test' }, draft => draft.set(key, type, []))
    for (const key of good) make(key)
    for (const key of bad) assert.throws(() => make(key), undefined, key)
    rmSync(places.root, { recursive: true })
  })

descriptions('have defaults that fit', () => {
  const root = mkdtempSync(join(tmpdir(), 'gabarit-descriptions-'))
  try {
    const done = initializeDatabases(findPlaces(PROJECT, {}, root))
    assert.equal(
      done.flatMap(({ warnings, failure }) => [...warnings, ...(failure === undefined ? [] : [failure.describe()])]),
      [],
    )
    const configuration = done.find(({ name }) => name === 'configuration')?.after
    assert.is(configuration?.get('letsencrypt')?.properties.get('status'), 'disabled')
    assert.is(configuration?.get('httpd')?.properties.get('User'), 'www-data')
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

descriptions.run()
