import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { DAY, sayWhen } from '../../src/base/time.ts'

const time = suite('times and days in words')

time('one is not many, and none is less than one; before and after', () => {
  const found = [3, 2, 1, 0.5, -0.5, -1, -2.5].map(distance => sayWhen(new Date(10 * DAY + distance * DAY), 10 * DAY))
  assert.equal(found, [
    'in 3 days',
    'in 2 days',
    'in 1 day',
    'in less than a day',
    'less than a day ago',
    '1 day ago',
    '2 days ago',
  ])
})

/** Each zone needs a process of its own: Node reads TZ once. */
function inZone(zone: string, call: string): string[] {
  const module = new URL('../../src/base/time.ts', import.meta.url).href
  const script = `import * as time from ${JSON.stringify(module)}\nconsole.log([].concat(${call}).join('\\n'))`
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, TZ: zone } })
  assert.is(stderr, '')
  return stdout.trim().split('\n')
}

time('the offset follows the zone, and the change from summer to winter time', () => {
  const call = (...times: string[]) => `${JSON.stringify(times)}.map(time.sayTime)`
  // Europe goes back an hour on 2026-10-25 at 01:00 UTC: the same hour of the clock comes twice.
  assert.equal(
    inZone('Europe/Paris', call('2026-10-25T00:59:59Z', '2026-10-25T01:00:00Z', '2026-11-28T13:05:12.900Z')),
    ['2026-10-25 02:59:59 +0200', '2026-10-25 02:00:00 +0100', '2026-11-28 14:05:12 +0100'],
  )
  // Newfoundland, half an hour off: summer time begins on 2026-03-08 at 02:00.
  assert.equal(inZone('America/St_Johns', call('2026-03-08T05:29:59Z', '2026-03-08T05:30:00Z')), [
    '2026-03-08 01:59:59 -0330',
    '2026-03-08 03:00:00 -0230',
  ])
  assert.equal(inZone('UTC', call('2026-11-28T13:05:12Z')), ['2026-11-28 13:05:12 +0000'])
})

time('a day is that of the zone, and what is allowed from a time on is not shown too early', () => {
  assert.equal(inZone('Pacific/Auckland', `time.sayDay(new Date('2026-12-31T23:00:00Z'))`), ['2027-01-01'])
  const call = `['2026-11-28T13:05:12.001Z', '2026-11-28T13:05:12Z'].map(time.sayTimeFrom)`
  assert.equal(inZone('UTC', call), ['2026-11-28 13:05:13 +0000', '2026-11-28 13:05:12 +0000'])
})

time.run()
