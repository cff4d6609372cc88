// The documents cannot lie: the examples of docs/fragments.md run through the engine, and everything that can be named in
// a command line, a description or a template is named in a document.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { COMMON_OPTIONS } from '../../src/cli/command.ts'
import { FLAGS } from '../../src/cli/db/options.ts'
import { VERBS } from '../../src/cli/db/verbs.ts'
import { COMMANDS } from '../../src/cli/table.ts'
import { FORMATS } from '../../src/db/formats.ts'
import { listEvents } from '../../src/event/load.ts'
import { BANNER_STYLES } from '../../src/template/banner.ts'
import { QUOTERS } from '../../src/template/quote.ts'
import { SCOPE_NAMES } from '../../src/template/scope.ts'
import { listTemplates, searchList } from '../../src/template/tree.ts'
import { Engine } from '../support/engine.ts'
import { PROJECT } from '../support/sandbox.ts'
import { type Example, readExamples } from './examples.ts'

const documents = ['README.md', ...readdirSync(join(PROJECT, 'docs')).map(name => `docs/${name}`)].filter(name =>
  name.endsWith('.md'),
)
const textOf = (name: string) => readFileSync(join(PROJECT, name), 'utf8')
const everything = documents.map(textOf).join('\n')

const examples = suite('examples of docs/fragments.md')
const found = readExamples(textOf('docs/fragments.md'))

examples('are found', () => {
  const count = (kind: string) => found.flatMap(({ steps }) => steps).filter(step => step.kind === kind).length
  assert.ok(found.length >= 10, `${found.length} sections`)
  assert.ok(count('result') >= 12 && count('error') >= 3, `${count('result')} results, ${count('error')} errors`)
})

for (const example of found)
  examples(example.heading, async () => {
    const engine = new Engine()
    try {
      for (const step of example.steps) await play(engine, step)
    } finally {
      engine.remove()
    }
  })

/** Writes a file of the example, or expands all its templates and compares. */
async function play(engine: Engine, { kind, path, text }: Example['steps'][number]): Promise<void> {
  if (kind === 'database') engine.write(`/var/lib/gabarit/${path}`, text)
  else if (kind === 'template') engine.site(path, text)
  else if (kind === 'error') {
    const failure = await engine.refused(() => engine.expand(...templates(engine)))
    assert.is(failure.describe().replaceAll(engine.places.root, ''), text.trimEnd())
  } else {
    await engine.apply(...templates(engine))
    if (kind === 'link') assert.is(engine.readLink(path), text.trimEnd())
    else assert.is(withoutBanner(engine.read(path), text), text)
  }
}

function templates(engine: Engine): string[] {
  return listTemplates(searchList(engine.places)).map(name => `/${name}`)
}

/** Only the example about the banner shows it. */
function withoutBanner(made: string, expected: string): string {
  return expected.includes('Made by gabarit') ? made : made.replace(/^# -+\n(# .*\n)*?# -+\n/, '')
}

const words = suite('documents name')

for (const { name, options } of COMMANDS)
  words(`the command ${name} and its options`, () => {
    assert.match(everything, new RegExp(`[\`\\s]${name}\\b`))
    for (const option of [...options, ...COMMON_OPTIONS])
      for (const word of [option.name, ...(option.alias ?? [])])
        assert.match(everything, new RegExp(`--${word}\\b`), `--${word}`)
  })

/** Each word in a code span or block of one document. */
const listed = (document: string, what: string, names: readonly string[], pattern: (name: string) => RegExp) =>
  words(`${what} in ${document}`, () => {
    const text = textOf(document)
    assert.equal(
      names.filter(name => !pattern(name).test(text)),
      [],
    )
  })
const escaped = (name: string) => name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
const span = (name: string) => new RegExp(`\`(\\S* )*${escaped(name)}[^\`\\w]?.*?\``)

listed('docs/databases.md', 'every verb and option of db', [...Object.keys(VERBS), ...FLAGS], span)
listed('docs/databases.md', 'every format of a property', Object.keys(FORMATS), span)
listed('docs/fragments.md', 'every name that a fragment sees', [...SCOPE_NAMES, 'item', 'vars', 'template', 'target'], span)
listed('docs/fragments.md', 'every format of a template', Object.keys(QUOTERS), span)
listed('docs/fragments.md', 'every style of the banner', Object.keys(BANNER_STYLES), span)
const shippedEvents = listEvents({ root: '/', shipped: PROJECT, site: '/nowhere', databases: '', state: '' })
listed('docs/events.md', 'every event', shippedEvents, span)
listed('docs/events.md', 'every action', readdirSync(join(PROJECT, 'events/actions')), span)
listed('docs/events.md', 'every environment variable', environmentVariables(), span)

/** The variables that the sources read. */
function environmentVariables(): string[] {
  const sources = readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
  const names = sources.flatMap(name => {
    const source = readFileSync(join(PROJECT, 'src', name), 'utf8')
    return [...source.matchAll(/\benv(?:\.|\[')([A-Z][A-Z0-9_]+)|'(GABARIT_[A-Z_]+)'/g)].map(match => match[1] ?? match[2] ?? '')
  })
  return [...new Set(names)].filter(name => name !== 'PATH').sort()
}

for (const name of documents)
  words(`only files that exist: ${name}`, () => {
    const links = [...textOf(name).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(match => match[1] ?? '')
    assert.equal(
      links.filter(link => !existsSync(join(PROJECT, dirname(name), link))),
      [],
    )
  })

examples.run()
words.run()
