// The documents cannot lie: the examples of docs/fragments.md run through the engine, and everything that can be named in
// a command line, a description or a template is named in a document.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { applyPlan, expandAll, planOutputs } from '../../src/apply/run.ts'
import { COMMON_OPTIONS, type Option } from '../../src/cli/command.ts'
import { FLAGS } from '../../src/cli/db/options.ts'
import { VERBS } from '../../src/cli/db/verbs.ts'
import { COMMANDS } from '../../src/cli/table.ts'
import { FORMATS } from '../../src/db/formats.ts'
import { listEvents } from '../../src/event/load.ts'
import { BANNER_STYLES } from '../../src/template/banner.ts'
import { QUOTERS } from '../../src/template/quote.ts'
import { SCOPE_NAMES } from '../../src/template/scope.ts'
import { listTemplates, searchList } from '../../src/template/tree.ts'
import { Engine, failureOf } from '../support/engine.ts'
import { needsCommands } from '../support/packages.ts'
import { PROJECT, Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { type Example, readCode, readConsole, readExamples } from './examples.ts'

const documents = ['README.md', ...readdirSync(join(PROJECT, 'docs')).map(name => `docs/${name}`)].filter(name =>
  name.endsWith('.md'),
)
const textOf = (name: string) => readFileSync(join(PROJECT, name), 'utf8')

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
    const failure = failureOf(() => engine.expand(...listTemplates(searchList(engine.places))))
    assert.is(failure.describe().replaceAll(engine.places.root, ''), text.trimEnd())
  } else {
    const context = engine.context()
    const names = listTemplates(context.layers)
    await applyPlan(context, planOutputs(context, expandAll(context, names), names))
    if (kind === 'link') assert.is(readlinkSync(engine.path(path)), text.trimEnd())
    else assert.is(withoutBanner(engine.read(path), text), text)
  }
}

/** Only the example about the banner shows it. */
function withoutBanner(made: string, expected: string): string {
  return expected.includes('Made by gabarit') ? made : made.replace(/^# -+\n(# .*\n)*?# -+\n/, '')
}

const tour = suite('tour of README.md')

testIf(tour, needsCommands('openssl'), 'prints what stands there', () => {
  const sandbox = new Sandbox()
  const shown = readConsole(textOf('README.md'))
  assert.ok(shown.length >= 15, `${shown.length} commands`)
  const made = shown.map(({ command }) => {
    const { stdout } = sandbox.run(['sh', '-c', `{ ${command}; } 2>&1`], { env: { LC_ALL: 'C', NO_COLOR: '1' } })
    return { command, output: stdout.replaceAll(sandbox.root, '/tmp/try').replaceAll(PROJECT, '/opt/gabarit') }
  })
  assert.equal(made, shown)
  sandbox.remove()
})

const words = suite('documents name')

/** Code of the documents: spans and blocks. */
const code = new Map(documents.map(name => [name, readCode(textOf(name))]))
const allCode = [...code.values()].flat()

for (const { name, options } of COMMANDS)
  words(`the command ${name} and its options`, () => {
    const command = existsSync(join(PROJECT, 'bin', name)) ? name : `gabarit ${name}`
    for (const word of [command, ...[...options, ...COMMON_OPTIONS].flatMap(namesOf)])
      assert.ok(
        allCode.some(text => new RegExp(`(^|[^\\w-])${word}($|[^\\w-])`, 'm').test(text)),
        word,
      )
  })

function namesOf({ name, alias = [] }: Option): string[] {
  return [name, ...alias].map(word => `--${word}`)
}

/** Adds a test that all these names stand in the code of one document. */
function listed(document: string, what: string, names: readonly string[]): void {
  words(`${what} in ${document}`, () => {
    const missing = names.filter(name => {
      const word = new RegExp(`(^|[^\\w-])${name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}($|[^\\w-])`, 'm')
      return !code.get(document)?.some(text => word.test(text))
    })
    assert.equal(missing, [])
  })
}

listed('docs/databases.md', 'every verb and option of db', [...Object.keys(VERBS), ...FLAGS])
listed('docs/databases.md', 'every format of a property', Object.keys(FORMATS))
listed('docs/fragments.md', 'all that a fragment sees', [...SCOPE_NAMES, 'item', 'vars', 'template', 'target'])
listed('docs/fragments.md', 'every format of a template', Object.keys(QUOTERS))
listed('docs/fragments.md', 'every style of the banner', Object.keys(BANNER_STYLES))
listed(
  'docs/events.md',
  'every event',
  listEvents({ root: '/', shipped: PROJECT, site: '/nowhere', databases: '', state: '' }),
)
listed('docs/events.md', 'every action', readdirSync(join(PROJECT, 'events/actions')))
listed('docs/events.md', 'every environment variable', environmentVariables())

/** The variables that the sources read. */
function environmentVariables(): string[] {
  const sources = readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' }).filter(name =>
    name.endsWith('.ts'),
  )
  const names = sources.flatMap(name => {
    const source = readFileSync(join(PROJECT, 'src', name), 'utf8')
    return [...source.matchAll(/\benv(?:\.|\[')([A-Z][A-Z0-9_]+)|'(GABARIT_[A-Z_]+)'/g)].map(
      match => match[1] ?? match[2] ?? '',
    )
  })
  return [...new Set(names)].filter(name => name !== 'PATH').sort()
}

for (const name of documents)
  words(`only files and headings that exist: ${name}`, () => {
    const links = [...textOf(name).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
    const broken = links.filter(([, file = '', anchor]) => {
      const path = file === '' ? name : join(dirname(name), file)
      if (!existsSync(join(PROJECT, path))) return true
      return anchor !== undefined && !anchorsOf(textOf(path)).includes(anchor)
    })
    assert.equal(
      broken.map(([link]) => link),
      [],
    )
  })

/** The anchors of the headings, as a web view of the document makes them. */
function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#+ (.*)$/gm)].map(match => match[1] ?? '')
  return headings.map(text =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

examples.run()
tour.run()
words.run()
