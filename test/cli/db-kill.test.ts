import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readDatabase, writeTransaction } from '../../src/db/store.ts'
import { chooseSeed, random } from '../support/random.ts'
import { BIN, Sandbox } from '../support/sandbox.ts'

const test = suite<{ sandbox: Sandbox }>('db: kill -9')

test.before(context => {
  context.sandbox = new Sandbox()
})
test.after(({ sandbox }) => sandbox.remove())

const KILLS = 200
const RECORDS = 1000

/** Starts a writer that puts one value into every record, in one transaction; kills it after a while, or lets it end. */
function write({ root }: Sandbox, value: string, killAfter?: number): Promise<number> {
  const started = performance.now()
  const env = { ...process.env, GABARIT_ROOT: root }
  const writer = spawn(join(BIN, 'db'), ['test', 'batch'], {
    env,
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  writer.stdin.on('error', () => undefined)
  writer.stdin.end(Array.from({ length: RECORDS }, (_, index) => `set k${index} t value ${value}`).join('\n'))
  if (killAfter !== undefined) setTimeout(() => writer.kill('SIGKILL'), killAfter)
  return new Promise(resolve => writer.on('exit', () => resolve(performance.now() - started)))
}

test(`${KILLS} times at random instants: the old database or the new, and the next command works`, async ({
  sandbox,
}) => {
  const seed = chooseSeed()
  process.stdout.write(`seed ${seed} (GABARIT_TEST_SEED)\n`)
  const next = random(seed)
  let duration = Math.min(await write(sandbox, 'start'), await write(sandbox, 'old'))
  const file = sandbox.path('/var/lib/gabarit/db/test.json')
  let old = 'old'
  const seen = { old: 0, new: 0, locked: 0 }
  for (let kill = 0; kill < KILLS; kill++) {
    const value = `value-${kill}`
    // Most of the time goes into starting Node: aim at the second half, and a little beyond the end.
    const took = await write(sandbox, value, duration * (0.5 + next() * 0.6))
    duration = Math.min(duration * 1.02, Math.max(took, duration))
    const locked = fs.readdirSync(join(file, '..')).includes('.test.json.lock')
    const values = new Set([...(readDatabase(file)?.values() ?? [])].map(({ properties }) => properties.get('value')))
    assert.is(values.size, 1, `seed ${seed}, kill ${kill}: a mixture`)
    const [found] = values
    assert.ok(found === old || found === value, `seed ${seed}, kill ${kill}: ${found} is neither old nor new`)
    seen[found === value ? 'new' : 'old']++
    if (locked) seen.locked++
    // The next command: at once, whatever the dead one left.
    writeTransaction(file, { command: 'next' }, draft => draft.set('next', 't', { value }))
    writeTransaction(file, { command: 'next' }, draft => draft.delete('next'))
    if (kill % 20 === 0) assert.is(sandbox.must('db test getprop k0 value'), `${found}\n`)
    old = found ?? ''
  }
  process.stdout.write(`${seen.old} old, ${seen.new} new, ${seen.locked} died with the lock\n`)
  assert.equal(fs.readdirSync(join(file, '..')).sort(), ['.test.json.last-good', 'test.json'])
})

test.run()
