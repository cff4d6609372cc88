// kill -9 of each part in the middle of an event: it ends or is undone, and its page says which.
import { readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { livingHolder } from '../../src/system/lock.ts'
import type { Holder } from '../../src/system/lock-holder.ts'
import { waitFor } from '../support/wait.ts'
import { BASE, type Page, unescapeHtml, WebConsole } from './web-console.ts'

const killed = suite('parts of the console that are killed')
const box = new WebConsole()

const EVENT_LOCK = box.path('/var/lib/gabarit/event.lock')

killed.before(async () => {
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  box.must('signal-event post-install')
  const slow = '#!/bin/sh\nfor i in 1 2 3 4 5; do echo "line $i"; sleep 0.5; done\n'
  box.event('slow', { 'templates2expand/etc/x': '', S90slow: slow })
  await box.startAll()
  await box.enter('alice')
})
killed.after(() => box.remove())

/** The command that carries out the plan of a page. */
function planOn({ text }: Page): string {
  const all = [...text.matchAll(/name="words" value="([^"]*)"/g)].map(([, words = '']) => unescapeHtml(words))
  return all.find(words => words.includes('--plan')) ?? ''
}

/** Changes the word, starts the slow event from its page, and waits until its action is under way. */
async function underWay(word: string): Promise<Page> {
  box.must(['config', 'set', 'word', word])
  const plan = await box.get(`/plan?words=${encodeURIComponent('["gabarit","signal-event","slow"]')}`)
  const started = await box.post('/run', { words: planOn(plan) })
  await waitFor('the first line', async () => (await pageOf(started)).text.includes('line 1'))
  return started
}

const pathOf = ({ headers }: Page) => String(headers.location).slice(BASE.length)
const pageOf = (started: Page) => box.get(pathOf(started))
const linesOn = ({ text }: Page) =>
  [...text.matchAll(/<li class="" lang="en">S90slow: line (\d)/g)].map(([, line]) => Number(line))

/** The lock of a run, and who holds it. */
function lockOf(started: Page): { file: string; holder: Holder } {
  const run = basename(new URL(pathOf(started), 'http://x').pathname)
  const file = box.path(`/run/gabarit/console/${run}.lock`)
  return { file, holder: JSON.parse(readlinkSync(file)) }
}

/** The event has let go of its lock. */
async function eventEnded(): Promise<void> {
  await waitFor('the end of the event', () => livingHolder(EVENT_LOCK) === undefined)
}

for (const [part, kill] of Object.entries({
  helper: async () => {
    box.stopHelper('SIGKILL')
    assert.is((await box.get('/')).status, 500)
    await box.startHelper()
  },
  'web part': async () => {
    box.stopWeb('SIGKILL')
    await box.startWeb()
  },
}))
  killed(`the ${part}: the run goes on, and its page shows all of it`, async () => {
    const started = await underWay(`without the ${part}`)
    await kill()
    const end = await box.finished(started)
    assert.match(end.text, 'Done.')
    assert.equal(linesOn(end), [1, 2, 3, 4, 5])
    assert.is(box.read('/etc/x'), `x without the ${part}\n`)
    assert.is(box.history()[0]?.outcome, 'done')
  })

killed('the event itself: its page says that it was interrupted; the next one says what became of it', async () => {
  const started = await underWay('half')
  const { pid }: Holder = JSON.parse(readlinkSync(EVENT_LOCK))
  process.kill(pid, 'SIGKILL')
  assert.match((await box.finished(started)).text, 'It was interrupted.')
  const changes = await box.get('/changes')
  assert.match(changes.text, 'completed signal-event slow, which was interrupted after its commit')
  const end = await box.finished(await box.post('/run', { words: planOn(changes) }))
  assert.match(end.text, 'Done.')
  const entry = box.history().find(({ outcome }) => outcome === 'failed')
  assert.is(entry?.user, 'alice')
  assert.match(entry?.problems.join() ?? '', 'it was interrupted after its files were in place')
  assert.is(box.read('/etc/x'), 'x half\n')
})

killed('the process of the run: the event ends or is undone all the same', async () => {
  const started = await underWay('whole')
  process.kill(lockOf(started).holder.pid, 'SIGKILL')
  assert.match((await box.finished(started)).text, 'It was interrupted.')
  await eventEnded()
  assert.is(box.history()[0]?.outcome, 'done')
  assert.is(box.read('/etc/x'), 'x whole\n')
})

killed('a process that has got the number of the one that was killed is not taken for it', async () => {
  const started = await underWay('number')
  const { file, holder } = lockOf(started)
  process.kill(holder.pid, 'SIGKILL')
  unlinkSync(file)
  symlinkSync(JSON.stringify({ ...holder, pid: process.pid }), file)
  assert.match((await box.finished(started)).text, 'It was interrupted.')
  await eventEnded()
})

killed.run()
