import { type ChildProcess, spawn } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { History } from '../../src/state/history/history.ts'
import { type Site, waitingSite } from './site.ts'

const together = suite('commands at once')

/** Starts a command; the promise is its exit status. */
function start(site: Site, command: readonly string[]): Promise<number | null> {
  const [program = '', ...args] = command
  const env = { ...process.env, ...site.env }
  const child: ChildProcess = spawn(program, args, { env, cwd: '/', stdio: 'ignore' })
  return new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve))
}

together('two events and an apply: one after the other, and nothing is lost', async () => {
  const site = waitingSite()
  const commands = [
    ['signal-event', 'change', '--comment', 'one'],
    ['signal-event', 'change', '--comment', 'two'],
    ['gabarit', 'apply', '--comment', 'three'],
  ]
  assert.equal(await Promise.all(commands.map(command => start(site, command))), [0, 0, 0])
  const history = new History(site.places)
  const entries = history.ids().map(id => history.entry(id))
  assert.equal(
    entries
      .slice(1)
      .map(({ comment }) => comment)
      .sort(),
    ['one', 'three', 'two'],
  )
  assert.equal(
    entries.slice(1).map(({ paths }) => paths.length),
    [7, 0, 0],
  )
  assert.match(site.must(['gabarit', 'verify']), 'everything matches the databases')
  site.remove()
})

together('20 setprop during events: each is kept, and the last event makes what they say', async () => {
  const site = waitingSite()
  const events = [1, 2, 3].map(() => start(site, ['signal-event', 'change']))
  const numbers = Array.from({ length: 20 }, (_, number) => String(number))
  const changes = numbers.map(number => start(site, ['db', 'sites', 'set', `new${number}`, 'site', 'title', number]))
  const ended = await Promise.all([...events, ...changes])
  assert.equal(
    ended.filter(status => status !== 0),
    [],
  )
  for (const number of numbers) assert.is(site.must(['db', 'sites', 'getprop', `new${number}`, 'title']), `${number}\n`)
  site.must(['signal-event', 'change'])
  for (const number of numbers)
    assert.is(site.read(`/etc/sites/new${number}/site.conf`), `site new${number}: ${number}\n`)
  assert.match(site.must(['gabarit', 'verify']), 'everything matches the databases')
  site.remove()
})

together('20 setprop during rollbacks: what is set meanwhile stays', async () => {
  const site = waitingSite()
  site.must(['signal-event', 'change'])
  const numbers = Array.from({ length: 20 }, (_, number) => String(number))
  const ended = await Promise.all([
    start(site, ['gabarit', 'rollback', '1']),
    ...numbers.map(number => start(site, ['config', 'setprop', 'noted', `new${number}`, number])),
  ])
  assert.equal(
    ended.filter(status => status !== 0),
    [],
  )
  assert.is(site.must(['config', 'getprop', 'note', 'text']), 'one\n')
  site.must(['signal-event', 'change'])
  assert.match(site.read('/etc/note'), 'text one')
  site.remove()
})

together.run()
