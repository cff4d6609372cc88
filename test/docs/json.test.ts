// docs/reference/json.md names every key that the commands print, and no other.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { readCode, textOf } from './markdown.ts'

const json = suite('docs/reference/json.md')
const reason = needsCommands('openssl')
const sandbox = new Sandbox()
const sections = new Map(
  textOf('docs/reference/json.md')
    .split(/^## /m)
    .slice(1)
    .map(text => [text.slice(0, text.indexOf('\n')), text]),
)

/** Every word that a section shows as code. */
const wordsOf = (heading: string) => new Set(readCode(sections.get(heading) ?? ''))
/** The first cells of the tables of a section. */
const keysOf = (heading: string) =>
  [...(sections.get(heading) ?? '').matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) => readCode(cell)).sort()
const keysIn = (value: unknown): string[] => Object.keys(Array.isArray(value) ? (value[0] ?? {}) : Object(value)).sort()
const print = (command: string): unknown => JSON.parse(sandbox.must(command))

json.after(() => sandbox.remove())

testIf(json, reason, 'a plan, an event, an entry of the history', () => {
  for (const line of ['config set DomainName example.org', 'config set SystemName server', 'signal-event post-install'])
    sandbox.must(line)
  sandbox.must('db domains set shop.example domain')
  const event = Object(print('signal-event --json domain-create shop.example'))
  const plan = [...keysIn(print('expand-template --json --diff /etc/hosts')), ...keysIn(event.files)].sort()
  assert.equal(keysOf('A plan'), plan)
  assert.equal(
    keysOf('An event'),
    keysIn(event).filter(key => !plan.includes(key)),
  )
  for (const key of [...keysIn(event.handlers), ...keysIn(event.services)]) assert.ok(wordsOf('An event').has(key), key)
  const lines = sandbox.must('signal-event --json-lines console-save').trimEnd().split('\n')
  for (const { kind } of lines.map(line => JSON.parse(line))) assert.ok(keysOf('Line by line').includes(kind), kind)
  const entry = Object(print('gabarit show 2 --json'))
  assert.equal(keysOf('history and show'), keysIn(entry))
  assert.equal(keysOf('A change of a property'), keysIn(entry.properties))
})

for (const [heading, command] of [
  ['diff', 'gabarit diff --json'],
  ['diff', 'gabarit verify --json'],
  ['services', 'gabarit services --json'],
  ['doctor', 'gabarit doctor --json'],
  ['modules', 'gabarit modules --json'],
  ['secrets', 'gabarit secrets status --json'],
  ['secrets', 'gabarit secrets decrypt --json'],
  ['overrides', 'gabarit overrides --json'],
  ['explain', 'gabarit explain --json /etc/hosts:14'],
  ['explain', 'gabarit explain --json --lines /etc/hosts'],
  ['fragment', 'gabarit fragment show --json /etc/hosts 30Hosts'],
  ['impact', 'gabarit impact --json hosts www.example.org'],
  ['status', 'gabarit status --json'],
] as const)
  testIf(json, reason, command, () => {
    if (heading === 'overrides') sandbox.must('gabarit customize /etc/hosts 30Hosts')
    const keys = keysIn(JSON.parse(sandbox.run(command).stdout))
    assert.ok(keys.length > 2, keys.join(' '))
    for (const key of keys) assert.ok(wordsOf(heading).has(key), key)
  })

json.run()
