// What waits, its plan, and how it is carried out, as a browser without JavaScript sees it.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { codeOf, PASSWORD } from './console-server.ts'
import { BASE, type Page, unescapeHtml, WebConsole } from './web-console.ts'

const plans = suite('plans and runs in the console')
const box = new WebConsole()

plans.before(async () => {
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  box.must('signal-event post-install')
  await box.startAll()
  await box.enter('alice')
})
plans.after(() => box.remove())

/** The words of the buttons of a page. */
function commandsOn({ text }: Page): string[] {
  return [...text.matchAll(/name="words" value="([^"]*)"/g)].map(([, value = '']) => unescapeHtml(value))
}

const wordsWith = (page: Page, word: string) => commandsOn(page).find(words => words.includes(word)) ?? ''

plans('the bar says what is not live; the plan shows it; making it live writes the file and the history', async () => {
  assert.match((await box.get('/')).text, 'Everything is live.')
  box.must(['config', 'set', 'word', 'a<b>&"c"'])
  await new Promise(resolve => setTimeout(resolve, 5100))
  assert.match((await box.get('/')).text, '1 change is not live.')
  const changes = await box.get('/changes')
  assert.match(changes.text, /<b>\/etc\/x<\/b>/)
  assert.match(changes.text, 'a&lt;b&gt;&amp;&quot;c&quot;')
  assert.not.match(changes.text, '<b>&"c"')
  const words = wordsWith(changes, '--plan')
  assert.match(changes.text, 'gabarit apply --plan', 'the command of the button')
  const started = await box.post('/run', { words, comment: 'from the console', within: '' })
  assert.is(started.status, 303)
  const end = await box.finished(started)
  assert.match(end.text, 'Done.')
  assert.is(box.read('/etc/x'), 'x a<b>&"c"\n')
  const [entry] = box.history()
  assert.equal([entry?.user, entry?.via, entry?.comment], ['alice', 'console 192.0.2.7', 'from the console'])
  assert.ok(end.text.includes(`${BASE}/history/${entry?.id}"`), 'the way to the entry')
  assert.match((await box.get('/')).text, 'Everything is live.')
})

plans('a plan that is not the one shown any more is not carried out', async () => {
  box.must('config set word old')
  const words = wordsWith(await box.get('/changes'), '--plan')
  box.must('config set word new')
  const end = await box.finished(await box.post('/run', { words }))
  assert.match(end.text, /class="note bad" role="alert">It ended with exit status 3/)
  assert.is(box.read('/etc/x'), 'x a<b>&"c"\n')
  const never = JSON.stringify(['gabarit', 'apply', '--json-lines', '--plan', '000000000000'])
  const outdated = await box.post('/run', { words: never })
  assert.is(outdated.status, 409)
  for (const { text } of [end, outdated])
    assert.ok(text.includes(`href="${BASE}/plan?words=%5B%22gabarit%22%2C%22apply%22%5D">Look at the plan again`), text)
  for (const bad of ['', '{}', '[1]', '["gabarit","web","helper"]', '["sh","-c","id"]'])
    assert.ok((await box.post('/run', { words: bad })).status >= 400, bad)
  assert.is((await box.get(`/plan?words=${encodeURIComponent('["gabarit","confirm"]')}`)).status, 403)
})

plans(
  'an argument that names nothing: the page has its menu, the words of the event, and the field again',
  async () => {
    const menu = '<nav class="main"'
    const wrong = await box.get(
      `/plan?words=${encodeURIComponent('["gabarit","signal-event","host-modify","<nobody>"]')}`,
    )
    assert.is(wrong.status, 422)
    for (const part of [menu, 'there is no host &quot;&lt;nobody&gt;&quot;', 'name="arguments" value="&lt;nobody&gt;"'])
      assert.ok(wrong.text.includes(part), wrong.text)
    assert.not.match(wrong.text, 'Make live')
    const unknown = await box.get(`/plan?words=${encodeURIComponent('["gabarit","signal-event","nothing"]')}`)
    assert.ok(unknown.text.includes(menu) && unknown.text.includes('nothing was changed'), unknown.text)
    const others = [await box.get('/nowhere'), await box.get('/plan?words=x'), await box.post('/run', { words: '' })]
    assert.equal(
      others.map(({ status, text }) => [status, text.includes(menu)]),
      [404, 422, 422].map(status => [status, true]),
    )
    assert.ok((await box.post('/run', { words: '', token: 'x' })).text.includes(menu))
  },
)

plans('a refused plan has the menu too, with the words of who refuses', async () => {
  const fragment = '/etc/gabarit/templates/etc/x'
  const whole = box.read(fragment)
  box.write(fragment, '<%= config.word.length( %>\n')
  const { text } = await box.get('/changes')
  box.write(fragment, whole)
  assert.ok(text.includes('<nav class="main"') && text.includes(fragment), text)
})

plans('what was changed can be discarded', async () => {
  const words = wordsWith(await box.get('/changes'), 'discard')
  assert.match((await box.finished(await box.post('/run', { words }))).text, 'Done.')
  assert.is(box.word, 'a<b>&"c"')
})

plans('of a long plan the begin is shown, and all of it on the next page', async () => {
  const lines = Array.from({ length: 150 }, (_, at) => `set h${at}.example.org host HostType Self\n`)
  box.must('db hosts batch', { input: lines.join('') })
  const rows = ({ text }: { text: string }) => text.match(/<td data-head="Property">/g)?.length
  const short = await box.get('/changes')
  assert.is(rows(short), 200)
  assert.is(short.text.match(/<th scope="row" rowspan="3">/g)?.length, 66, 'each record is named once')
  assert.match(short.text, '<b>250 more lines are not shown.</b> <a href="?all=yes">')
  const whole = await box.get('/changes?all=yes')
  // The record, what was typed, and a default.
  assert.is(rows(whole), 450)
  assert.not.match(whole.text, 'not shown')
  box.must('gabarit discard')
})

plans('a change with a time to confirm: the bar counts down, and it can be kept or taken back', async () => {
  for (const [verb, word] of [
    ['confirm"]', 'kept'],
    ['cancel"]', 'kept'],
  ] as const) {
    box.must(`config set word ${verb === 'confirm"]' ? 'kept' : 'undone'}`)
    const live = wordsWith(await box.get('/changes'), '--plan')
    const end = await box.finished(await box.post('/run', { words: live, within: '5m' }))
    assert.match(end.text, /role="timer" data-until="\d+"/)
    assert.ok(box.isPending)
    assert.match((await box.finished(await box.post('/run', { words: wordsWith(end, verb) }))).text, 'Done.')
    assert.not(box.isPending)
    assert.is(box.read('/etc/x'), `x ${word}\n`)
  }
  box.must('gabarit discard')
})

plans('what can lock somebody out asks for password and code; wrong ones ask again', async () => {
  box.write('/etc/gabarit/templates/etc/ssh/sshd_config', 'Port <%= config.word %>\n')
  box.event('sshd', { 'templates2expand/etc/ssh/sshd_config': '' })
  const plan = await box.get(`/plan?words=${encodeURIComponent('["gabarit","signal-event","sshd"]')}`)
  assert.match(plan.text, '<code>signal-event --dry-run sshd</code>')
  const proof = await box.post('/run', { words: wordsWith(plan, '--plan') })
  assert.is(proof.status, 403)
  const fields = { words: wordsWith(proof, '--plan'), password: 'wrong', code: codeOf(box.secret, 30) }
  const again = await box.post('/run', fields)
  assert.match(again.text, 'role="alert"')
  assert.not.ok(box.exists('/etc/ssh/sshd_config'))
  const started = await box.post('/run', { ...fields, password: PASSWORD })
  assert.match((await box.finished(started)).text, 'Done.')
  assert.is(box.read('/etc/ssh/sshd_config'), 'Port kept\n')
})

plans('the stream of a run goes on behind the last line that the browser has seen', async () => {
  box.event('slow', { S01slow: '#!/bin/sh\nfor i in 1 2 3; do echo "line <$i>"; sleep 0.5; done\n' })
  const plan = await box.get(`/plan?words=${encodeURIComponent('["gabarit","signal-event","slow"]')}`)
  const started = await box.post('/run', { words: wordsWith(plan, '--plan') })
  const path = String(started.headers.location).slice(BASE.length)
  const page = await box.get(path)
  assert.match(page.text, /<noscript><meta http-equiv="refresh"/)
  const [, events = ''] = /data-run="([^"]*)"/.exec(page.text) ?? []
  const all = await box.fetch(`${events}?from=0`, {})
  assert.is(all.headers['x-accel-buffering'], 'no')
  const ids = [...all.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
  assert.equal(ids, [...ids.keys()])
  assert.match(all.text, 'data: <li class="" lang="en">S01slow: line &lt;3&gt;</li>')
  assert.match(all.text, /event: end/)
  const rest = await box.fetch(events, { headers: { 'last-event-id': String(ids.at(-2)) } })
  assert.equal(
    [...rest.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)),
    ids.slice(-1),
  )
})

plans('the events that fit come with the changes: a new domain gets its host names by one', async () => {
  box.must('gabarit discard')
  box.must('db domains set shop.org domain')
  await new Promise(resolve => setTimeout(resolve, 5100))
  assert.match((await box.get('/changes')).text, /signal-event( --dry-run)? domain-create shop\.org/)
  const words = JSON.stringify(['gabarit', 'signal-event', 'domain-create', 'shop.org'])
  const plan = await box.get(`/plan?${new URLSearchParams({ words })}`)
  await box.finished(await box.post('/run', { words: wordsWith(plan, '--plan'), comment: '', within: '' }))
  assert.match(box.must('db hosts keys'), /^www\.shop\.org$/m)
})

plans.run()
