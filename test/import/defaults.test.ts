// Defaults and forced values as descriptions: what SME Server's initialisation makes of them, ours makes too.
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { OLD, oldFiles } from '../support/old-server.ts'
import { random } from '../support/random.ts'
import { Sandbox } from '../support/sandbox.ts'

const defaults = suite('defaults of an old server')

type Databases = Record<string, Record<string, Record<string, string>>>

const NAMES = ['apps', 'configuration', 'my.db']
const VALUES = ['enabled', '', '10', 'a b', 'a|b', 'café', '$&', '"quoted"', "it's"]

/** Values by database, record and property, where `type` is the type. */
function valuesOf(next: () => number, count: number, start: string): Databases {
  const made: Databases = {}
  for (let index = 0; index < count; index++) {
    const odd = ['', '@', 'x@', '%2F', ''][index % 5]
    const key = `${start}${odd}${Math.floor(index / 7)}${index % 4 === 0 ? '*' : ''}`
    const value = VALUES[Math.floor(next() * VALUES.length)] ?? ''
    const record = recordOf(made, NAMES[index % NAMES.length] ?? '', key)
    Object.assign(record, { type: 'service', [`P${index}`]: value })
  }
  return made
}

/** A record, made if it is missing. */
function recordOf(databases: Databases, name: string, key: string): Record<string, string> {
  const records = databases[name] ?? {}
  const record = records[key] ?? {}
  Object.assign(databases, { [name]: Object.assign(records, { [key]: record }) })
  return record
}

function files(databases: Databases, kind: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, records] of Object.entries(databases))
    for (const [key, properties] of Object.entries(records))
      for (const [property, value] of Object.entries(properties))
        found[`/etc/e-smith/db/${name}/${kind}/${key}/${property}`] = `${value}\n`
  return found
}

/** Force before what is there before defaults. */
function expected(present: Databases, usual: Databases, forced: Databases): Databases {
  const made = structuredClone(present)
  for (const [values, wins] of [
    [usual, false],
    [forced, true],
  ] as const)
    for (const [name, records] of Object.entries(values))
      for (const [key, properties] of Object.entries(records)) {
        const record = recordOf(made, name, key)
        for (const [property, value] of Object.entries(properties))
          if (wins || !(property in record)) record[property] = value
      }
  return made
}

defaults('819 defaults in, 819 described defaults out, and both initialisations give equal databases', () => {
  const box = new Sandbox()
  const next = random(15)
  const [usual, forced] = [valuesOf(next, 819, 'a'), valuesOf(next, 60, 'a')]
  const count = Object.values(usual)
    .flatMap(records => Object.values(records))
    .reduce((sum, { type: _, ...properties }) => sum + Object.keys(properties).length, 0)
  assert.is(count, 819)
  oldFiles(box, { ...files(usual, 'defaults'), ...files(forced, 'force') })
  oldFiles(box, { '/etc/e-smith/db/configuration/defaults/MinUid/type': '500\n' })
  box.must(['gabarit', 'import', '--server', box.path(OLD)])
  const present = { apps: { a0: { type: 'other', P0: 'kept', Own: 'x' } } }
  box.must('db apps set a0 other P0 kept Own x')
  box.must('gabarit initialize-default-databases')
  const wanted = expected(present, usual, forced)
  for (const [name, records] of Object.entries(wanted))
    for (const [key, { type, ...properties }] of Object.entries(records)) {
      const made = recordIn(box, name, key)
      assert.equal(made.properties, properties, `${name} ${key}`)
      assert.is(made.type, type, `${name} ${key}`)
    }
  assert.is(box.must('config get MinUid'), '500\n')
  box.remove()
})

function recordIn(box: Sandbox, name: string, key: string): { type: string; properties: Record<string, string> } {
  const data = JSON.parse(readFileSync(box.path(`/var/lib/gabarit/db/${name}.json`), 'utf8'))
  const { type, properties = {} } = data[key] ?? {}
  return { type, properties }
}

defaults('what gabarit describes keeps its own defaults, and old words get their meaning', () => {
  const box = new Sandbox()
  oldFiles(box, {
    '/etc/e-smith/db/configuration/defaults/httpd/type': 'service\n',
    '/etc/e-smith/db/configuration/defaults/httpd/access': 'green,red\n',
    '/etc/e-smith/db/configuration/defaults/httpd/HomePage': 'yes\n',
    '/etc/e-smith/db/configuration/defaults/firewall/type': 'configuration\n',
    '/etc/e-smith/db/configuration/defaults/firewall/Policy': 'permissive\n',
    '/etc/e-smith/db/configuration/defaults/squid/type': 'service\n',
    '/etc/e-smith/db/configuration/defaults/squid/access': 'green\n',
  })
  const said = box.must(['gabarit', 'import', '--server', box.path(OLD)])
  assert.match(said, 'to do: /etc/e-smith/db/configuration/*/httpd: gabarit has its own defaults of access')
  box.must('config set DomainName example.org')
  box.must('gabarit initialize-default-databases')
  assert.is(box.must('config printprop httpd access HomePage'), 'access=public\nHomePage=yes\n')
  assert.is(box.must('config getprop firewall Policy'), 'drop\n')
  assert.is(box.must('config getprop squid access'), 'private\n')
  assert.is(box.must('gabarit lint'), 'no problems found\n')
  box.remove()
})

defaults.run()
