import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BIN, Sandbox } from '../support/sandbox.ts'

const test = suite<{ sandbox: Sandbox }>('db: parallel writers')

test.before.each(context => {
  context.sandbox = new Sandbox()
})
test.after.each(({ sandbox }) => sandbox.remove())

const WRITERS = Array.from({ length: 50 }, (_, index) => index)

/** Starts all commands at once; resolves to their exit statuses. */
function together({ root }: Sandbox, commands: readonly (readonly string[])[]): Promise<number[]> {
  const env = { ...process.env, GABARIT_ROOT: root, GABARIT_LOCK_WAIT: '100' }
  return Promise.all(
    commands.map(
      args =>
        new Promise<number>(resolve => {
          const writer = spawn(join(BIN, 'db'), args, { env, stdio: 'inherit' })
          writer.on('exit', status => resolve(status ?? 128))
        }),
    ),
  )
}

const leftOvers = (sandbox: Sandbox) => fs.readdirSync(sandbox.path('/var/lib/gabarit/db')).sort()

test('fifty on one record: every property arrives', async ({ sandbox }) => {
  sandbox.must('db test set k t')
  const statuses = await together(
    sandbox,
    WRITERS.map(number => ['test', 'setprop', 'k', `p${number}`, `${number}`]),
  )
  assert.equal(new Set(statuses), new Set([0]))
  const { props }: { props: Record<string, string> } = JSON.parse(sandbox.must('db test getjson k'))
  assert.is(Object.keys(props).length, 50)
  for (const number of WRITERS) assert.is(props[`p${number}`], `${number}`)
  assert.equal(leftOvers(sandbox), ['.test.json.last-good', 'test.json'])
})

test('fifty on fifty records of a database that nobody made yet', async ({ sandbox }) => {
  const statuses = await together(
    sandbox,
    WRITERS.map(number => ['test', 'set', `k${number}`, 't', 'n', `${number}`]),
  )
  assert.equal(new Set(statuses), new Set([0]))
  const all: { name: string; props: { n: string } }[] = JSON.parse(sandbox.must('db test printjson'))
  assert.is(all.length, 50)
  for (const { name, props } of all) assert.is(name, `k${props.n}`)
  assert.equal(leftOvers(sandbox), ['.test.json.last-good', 'test.json'])
})

test.run()
