// The documents cannot lie: their examples of fragments run through the engine, their tours in a shell.
import { readlinkSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { applyPlan } from '../../src/commit/barrier.ts'
import { expandAll, planOutputs } from '../../src/plan/run.ts'
import { listTemplates } from '../../src/template/tree.ts'
import { Engine, failureOf } from '../support/engine.ts'
import { needsCommands } from '../support/packages.ts'
import { PROJECT, Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { type Example, readConsole, readExamples, textOf } from './markdown.ts'

const examples = suite('examples of fragments')
const found = ['docs/guide/overriding.md', 'docs/reference/fragments.md'].flatMap(name => readExamples(textOf(name)))

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
  if (kind === 'database') return void engine.write(`/var/lib/gabarit/${path}`, text)
  if (kind === 'template') return void engine.site(path, text)
  const context = engine.context()
  const names = listTemplates(context.layers)
  if (kind === 'error') {
    const failure = failureOf(() => expandAll(context, names))
    assert.is(failure.describe().replaceAll(engine.places.root, ''), text.trimEnd())
    return
  }
  await applyPlan(context, planOutputs(context, expandAll(context, names), names))
  if (kind === 'link') assert.is(readlinkSync(engine.path(path)), text.trimEnd())
  else assert.is(withoutBanner(engine.read(path), text), text)
}

/** Only the example about the banner shows it. */
function withoutBanner(made: string, expected: string): string {
  return expected.includes('Made by gabarit') ? made : made.replace(/^# -+\n(# .*\n)*?# -+\n/, '')
}

const tours = suite('tours')

for (const name of ['README.md', 'docs/guide/reverse-proxy.md', 'docs/guide/web-sites.md'])
  testIf(tours, needsCommands('openssl'), `${name} prints what stands there`, () => tour(name))

/** Types the commands of a document, in a server of its own. */
function tour(name: string): void {
  const sandbox = new Sandbox()
  const shown = readConsole(textOf(name))
  assert.ok(shown.length >= 15, `${shown.length} commands`)
  for (const { command, output } of shown) {
    const { stdout } = sandbox.run(['sh', '-c', `{ ${command}\n} 2>&1`], { env: { LC_ALL: 'C', NO_COLOR: '1' } })
    assert.is(stdout.replaceAll(sandbox.root, '/tmp/try').replaceAll(PROJECT, '/opt/gabarit'), output, command)
  }
  sandbox.remove()
}

examples.run()
tours.run()
