// Everything that can be named in a command line, a description, a template or an event is named in a document, and the
// documents name nothing that does not exist.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { referencePages } from '../../scripts/reference/pages.ts'
import { QUOTERS } from '../../src/base/quote.ts'
import { FLAGS } from '../../src/cli/db/options.ts'
import { VERBS } from '../../src/cli/db/verbs.ts'
import { COMMANDS } from '../../src/cli/table.ts'
import { FORMATS } from '../../src/db/formats.ts'
import { listEvents } from '../../src/event/load.ts'
import { findPlaces } from '../../src/system/places.ts'
import { BANNER_STYLES } from '../../src/template/banner.ts'
import { SCOPE_NAMES } from '../../src/template/scope.ts'
import { COMMON_OPTIONS, type Option } from '../../src/terminal/command.ts'
import { PROJECT } from '../support/sandbox.ts'
import { listDocuments, readCode, textOf } from './markdown.ts'

const documents = listDocuments()
const generated = referencePages(PROJECT)
/** Code of the documents that people write: spans and blocks. The generated pages name everything by themselves. */
const code = new Map(documents.filter(name => !generated.has(name)).map(name => [name, readCode(textOf(name))]))
const sources = readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' }).filter(name =>
  name.endsWith('.ts'),
)

const names = suite('documents name')

/** Those of these words that the code of the documents lacks. */
function missing(wanted: readonly string[], texts: readonly string[]): string[] {
  return wanted.filter(word => {
    const pattern = new RegExp(`(^|[^\\w-])${word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}($|[^\\w-])`, 'm')
    return !texts.some(text => pattern.test(text))
  })
}

const verbs = COMMANDS.flatMap(command =>
  (command.verbs ?? []).map(verb => ({ ...verb, name: `${command.name} ${verb.name}` })),
)
for (const { name, options = [] } of [...COMMANDS, ...verbs])
  names(`the command ${name} and its options`, () => {
    const command = existsSync(join(PROJECT, 'bin', name)) ? name : `gabarit ${name}`
    const wanted = [command, ...[...options, ...COMMON_OPTIONS].flatMap(optionNames)]
    assert.equal(missing(wanted, [...code.values()].flat()), [])
  })

function optionNames({ name, alias = [] }: Option): string[] {
  return [name, ...alias].map(word => `--${word}`)
}

/** Adds a test that the code of one document has all these words. */
function listed(document: string, what: string, wanted: readonly string[]): void {
  names(`${what} in ${document}`, () => assert.equal(missing(wanted, code.get(document) ?? []), []))
}

const shippedEvents = listEvents({ ...findPlaces(PROJECT, {}, '/nowhere'), root: '/' })
listed('docs/reference/databases.md', 'every verb and option of db', [...Object.keys(VERBS), ...FLAGS])
listed('docs/reference/databases.md', 'every format of a property', Object.keys(FORMATS))
listed('docs/reference/fragments.md', 'all that a fragment sees', [
  ...SCOPE_NAMES,
  'item',
  'vars',
  'template',
  'target',
])
listed('docs/reference/fragments.md', 'every format of a template', Object.keys(QUOTERS))
listed('docs/reference/fragments.md', 'every style of the banner', Object.keys(BANNER_STYLES))
listed('docs/reference/events.md', 'every event', shippedEvents)
listed('docs/reference/events.md', 'every action', readdirSync(join(PROJECT, 'events/actions')))
listed('docs/reference/files.md', 'every environment variable', environmentVariables())

/** The variables that the sources read. */
function environmentVariables(): string[] {
  const found = sources.flatMap(name => {
    const source = readFileSync(join(PROJECT, 'src', name), 'utf8')
    const reads = source.matchAll(/\benv(?:\.|\[')([A-Z][A-Z0-9_]+)|'(GABARIT_[A-Z_]+)'/g)
    return [...reads].map(match => match[1] ?? match[2] ?? '')
  })
  return [...new Set(found)].filter(name => name !== 'PATH').sort()
}

names('every package and its version: docs/dependencies.md', () => {
  const { dependencies, devDependencies } = JSON.parse(textOf('package.json'))
  const text = textOf('docs/dependencies.md')
  const packages = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([name]) => !name.startsWith('@types/'),
  )
  assert.equal(
    packages.filter(([name, version]) => !text.includes(`[${name}](`) || !text.includes(`) ${version} |`)),
    [],
  )
})

names('every folder of the sources: docs/ARCHITECTURE.md', () => {
  const folders = readdirSync(join(PROJECT, 'src')).map(name => `${name}/`)
  const named = (code.get('docs/ARCHITECTURE.md') ?? []).filter(text => /^[a-z]+\/$/.test(text))
  assert.equal(
    folders.filter(name => !named.includes(name)),
    [],
  )
})

names.run()
