import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runTestFile } from './test-process.ts'

const runner = suite('test runner')
const fixture = (name: string) => join(import.meta.dirname, 'fixtures', `${name}.ts`)

/** Runs a fixture and keeps what does not change from run to run. */
async function outcome(name: string, limitSeconds = 60) {
  const { passed, failed, skipped, reasons, problem } = await runTestFile(fixture(name), limitSeconds)
  return { passed, failed, skipped, reasons, problem }
}

runner('counts passed and skipped tests, and keeps the reasons', async () => {
  const expected = { passed: 2, failed: 0, skipped: 1, reasons: ['three: no moon'], problem: undefined }
  assert.equal(await outcome('passing'), expected)
})

runner('counts failures', async () => {
  assert.equal(await outcome('failing'), { passed: 1, failed: 1, skipped: 0, reasons: [], problem: undefined })
})

runner('counts tests that a broken hook kept from running', async () => {
  const { failed, problem } = await outcome('broken-hook')
  assert.is(failed, 1)
  assert.match(problem ?? '', 'hook')
})

runner('counts a process that ends early', async () => {
  const { failed, problem } = await outcome('crashing')
  assert.is(failed, 1)
  assert.match(problem ?? '', 'without totals')
})

runner('kills a file that hangs', async () => {
  const { failed, problem } = await outcome('hanging', 3)
  assert.is(failed, 1)
  assert.match(problem ?? '', 'killed after 3 s')
})

runner('counts a file without tests, and one that does not exist', async () => {
  assert.is((await outcome('empty')).problem, 'runs no test')
  const missing = await outcome('missing')
  assert.is(missing.failed, 1)
  assert.match(missing.problem ?? '', 'exit status 1')
})

runner.run()
