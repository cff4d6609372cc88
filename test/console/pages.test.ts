// Every page of the console in both languages, and what its buttons do.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { STYLE } from '../../src/console/web/style.ts'
import { CATALOGUES, type Key, sentence } from '../../src/console/web/text/languages.ts'
import { PROJECT } from '../support/sandbox.ts'
import { codeOf, PASSWORD } from './console-server.ts'
import { BASE, type Page, unescapeHtml, WebConsole } from './web-console.ts'

const pages = suite('pages of the console')
const box = new WebConsole()

pages.before(async () => {
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  box.must('signal-event post-install')
  await box.startAll()
  await box.enter('alice')
})
pages.after(() => box.remove())

const button = ({ text }: Page, word: string) =>
  [...text.matchAll(/name="words" value="([^"]*)"/g)]
    .map(([, value = '']) => unescapeHtml(value))
    .find(words => words.includes(word)) ?? ''

const PAGES: readonly (readonly [path: string, title: Key])[] = [
  ['/', 'overview'],
  ['/changes', 'changes'],
  ['/records', 'records'],
  ['/certificates', 'certificates'],
  ['/firewall', 'firewall'],
  ['/vpn', 'vpn'],
  ['/proxies', 'proxies'],
  ['/events', 'events'],
  ['/history', 'history'],
  ['/backup', 'backup'],
  ['/files', 'files'],
  ['/users', 'users'],
]

for (const language of ['en', 'fr'] as const)
  pages(`each page answers in ${language}, with the command behind it, all its fields labelled`, async () => {
    box.language = language
    for (const [path, title] of PAGES)
      for (const slash of ['', '/']) {
        if (path === '/' && slash === '/') continue
        const { status, text } = await box.get(`${path}${slash}`)
        assert.is(status, 200, `${path}: ${text}`)
        assert.ok(
          text.includes(`<html lang="${language}">`) && text.includes(`<h1>${CATALOGUES[language][title]}</h1>`),
          path,
        )
        assert.match(text, /<code>/, path)
        assert.match(text, `href="${BASE}${path}" aria-current="page"`)
        const labels = new Set([...text.matchAll(/<label for="([^"]*)"/g)].map(([, id]) => id))
        for (const [tag, id] of text.matchAll(
          /<(?:input|select|textarea)\b(?![^>]*type="hidden")[^>]*?(?: id="([^"]*)")?[^>]*>/g,
        ))
          assert.ok(id !== undefined ? labels.has(id) : false, `${path}: no label for ${tag}`)
        const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
        assert.is(new Set(ids).size, ids.length, `${path}: an id twice`)
        assert.not.match(text, / style="| on\w+="|<script(?! type="module" src)/)
      }
    box.language = 'en'
  })

pages('a count has its singular and its plural, as each language has it', () => {
  const said = (language: 'en' | 'fr', count: number) => sentence(language, 'sizes', [count, 2 - count])
  assert.equal(
    [0, 1, 2].map(count => said('en', count)),
    ['0 properties, 2 files', '1 property, 1 file', '2 properties, 0 files'],
  )
  assert.is(said('fr', 2), '2 propriétés, 0 fichier')
  assert.is(said('fr', 0), '0 propriété, 2 fichiers')
})

pages('both catalogues have the same texts with the same values, and each is used', () => {
  const folder = join(PROJECT, 'src/console/web')
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !/text\/(en|fr)\.ts$/.test(name))
    .map(name => readFileSync(join(folder, name), 'utf8'))
    .join('')
  assert.equal(Object.keys(CATALOGUES.fr).sort(), Object.keys(CATALOGUES.en).sort())
  for (const [key, text] of Object.entries(CATALOGUES.en)) {
    const french = Object.entries(CATALOGUES.fr).find(([name]) => name === key)?.[1] ?? ''
    assert.is(french.split('{}').length, text.split('{}').length, key)
    assert.ok(french !== '' && text !== '', key)
    assert.ok(
      /^(access|database|outcome|change|limit|state|turn)_/.test(key) || sources.includes(`'${key}'`),
      `${key} is not used`,
    )
  }
  assert.ok(STYLE.length <= 10_240)
})

pages('an entry of the history: its differences, and the ways back', async () => {
  box.must('config set word seen')
  box.must('signal-event change')
  const id = box.history()[0]?.id
  const { text } = await box.get(`/history/${id}`)
  assert.match(text, '<span class="add">+x seen</span>')
  for (const command of [`gabarit revert ${id} --dry-run`, `gabarit rollback ${id} --dry-run`])
    assert.match(text, command)
  assert.match((await box.get(`/plan?words=${encodeURIComponent(`["gabarit","revert","${id}"]`)}`)).text, 'Make live')
  box.language = 'fr'
  assert.match((await box.get('/history')).text, '<span class="ok">fait</span>')
  box.language = 'en'
  assert.is((await box.get('/history/x')).status, 404)
})

pages('an event is shown as its plan first', async () => {
  const page = await box.get('/events/plan?event=host-modify&arguments=www.example.org')
  assert.is(
    page.headers.location,
    `${BASE}/plan?words=${encodeURIComponent('["gabarit","signal-event","host-modify","www.example.org"]')}`,
  )
})

pages('the overview leads to the page that does what a command tells', async () => {
  const old = 'https://acme-v01.api.letsencrypt.org/directory'
  box.must(`config setprop letsencrypt ProductionCA ${old}`)
  const { text } = await box.get('/')
  const told = /<code>config setprop letsencrypt ProductionCA [^<]*<\/code><br><a lang="\w\w" href="([^"]*)">/.exec(
    text,
  )
  assert.is(unescapeHtml(told?.[1] ?? ''), `${BASE}/records/configuration/record?key=letsencrypt`)
  box.must('config delprop letsencrypt ProductionCA')
})

pages('the firewall: who reaches which service, as the records say', async () => {
  const rows = async () => (await box.get('/firewall')).text.match(/<tr><th scope="row">.*?<\/tr>/gs) ?? []
  const rowOf = (all: readonly string[]) => all.findIndex(row => row.includes('key=shared"'))
  box.must('config set shared service status enabled access public TCPPorts 5000,5002 UDPPort 5001')
  const open = await rows()
  assert.match(open[rowOf(open)] ?? '', /TCP 5000, 5002, UDP 5001<.*everybody/s)
  box.must('config setprop shared status disabled')
  const closed = await rows()
  assert.ok(rowOf(open) < rowOf(closed), 'what is open stands first')
  box.must('config delete shared')
  box.must('config setprop openvpn port 1195 proto tcp6')
  assert.match((await rows()).join(), /key=openvpn".*TCP 1195</s)
  assert.match((await rows()).join(), /key=sshd">sshd<.*TCP \(sshd_config\)<.*everybody/s)
  box.must('config setprop openvpn port 1194 proto udp')
})

pages('a file that was edited: what would be lost, kept with a note, and dropped', async () => {
  box.write('/etc/x', 'by hand\n')
  const page = await box.get('/files')
  assert.match(page.text, '<h2>/etc/x</h2>')
  const showPlan = () => box.get(`/plan?words=${encodeURIComponent('["gabarit","restore","/etc/x"]')}`)
  assert.match((await showPlan()).text, '-by hand')
  assert.is(box.read('/etc/x'), 'by hand\n', 'only shown')
  const kept = await box.finished(await box.post('/run', { words: button(page, 'pin'), note: 'until <Monday>' }))
  assert.match(kept.text, 'Done.')
  const pinned = await box.get('/files')
  assert.match(pinned.text, 'until &lt;Monday&gt;')
  await box.finished(await box.post('/run', { words: button(pinned, 'unpin') }))
  // By the same name backups come back, so it asks who it is. No code is taken twice.
  const alice = { cookie: box.cookie, secret: box.secret }
  box.cookie = ''
  await box.enter('dora')
  const asked = await box.post('/run', { words: button(await showPlan(), '--plan') })
  assert.is(asked.status, 403)
  const proof = { words: button(asked, '--plan'), password: PASSWORD, code: codeOf(box.secret, 30) }
  assert.match((await box.finished(await box.post('/run', proof))).text, 'Done.')
  Object.assign(box, alice)
  assert.is(box.read('/etc/x'), 'x seen\n')
  assert.match((await box.get('/files/explain?path=/etc/x&line=1')).text, 'configuration word</a>')
})

pages('what only looks is asked for when somebody wants it', async () => {
  const [before, after] = [await box.get('/proxies'), await box.get('/proxies?check=yes')]
  assert.match(before.text, 'Check all')
  assert.match(after.text, '<h2>Do they answer?</h2>')
  assert.is((await box.get('/certificates?check=yes')).status, 200)
})

pages('the profile of a VPN client needs password and code', async () => {
  const refused = await box.post('/vpn/profile', { name: 'anna', password: 'wrong', code: codeOf(box.secret, 30) })
  assert.is(refused.status, 403)
})

pages('a long history comes in parts', async () => {
  const entry = box.history()[0]
  const start = Date.parse('2099-01-01T00:00:00Z')
  for (let id = 5001; id <= 5120; id++) {
    const whole = { ...entry, id, time: new Date(start + id * 1000).toISOString() }
    box.write(`/var/lib/gabarit/history/${String(id).padStart(6, '0')}.json`, JSON.stringify(whole))
  }
  const seen: number[] = []
  for (let path = '/history'; path !== ''; ) {
    const { text } = await box.get(path)
    seen.push(...[...text.matchAll(/<th scope="row"><a href="[^"]*">(\d+)<\/a>/g)].map(([, id]) => Number(id)))
    path = /href="[^"]*(\/history\?until=[^"]*)"/.exec(text)?.[1] ?? ''
  }
  assert.equal(
    seen,
    JSON.parse(box.must('gabarit history --limit 1000 --json')).map(({ id }: { id: number }) => id),
  )
})

pages('backups: the last ones, now, verify; what a restore would do, and who may do it', async () => {
  const alice = { cookie: box.cookie, secret: box.secret }
  assert.match((await box.get('/backup')).text, 'There is no backup yet')
  box.must(['config', 'setprop', 'backup', 'Passphrase', 'four random words here'])
  const done = await box.finished(await box.post('/run', { words: button(await box.get('/backup'), 'now') }))
  assert.match(done.text, 'Done.')
  const page = await box.get('/backup')
  assert.match(page.text, /server[^<]*\.tar\.age/)
  assert.match(page.text, '<span class="warn">never</span>')
  assert.match((await box.finished(await box.post('/run', { words: button(page, 'verify') }))).text, 'Done.')
  assert.not.match((await box.get('/backup')).text, '<span class="warn">never</span>')
  box.must('db domains set lost.example domain')
  const [, address = ''] = /href="[^"]*(\/plan\?words=[^"]*restore[^"]*)"/.exec(page.text) ?? []
  const plan = await box.get(unescapeHtml(address))
  assert.match(plan.text, 'lost.example')
  box.cookie = ''
  await box.enter('erin')
  const shown = await box.get(unescapeHtml(address))
  const asked = await box.post('/run', { words: button(shown, '--plan') })
  assert.is(asked.status, 403)
  const proof = { words: button(asked, '--plan'), password: PASSWORD, code: codeOf(box.secret, 30) }
  assert.match((await box.finished(await box.post('/run', proof))).text, 'Done.')
  assert.is(box.run('db domains gettype lost.example').stdout, '')
  Object.assign(box, alice)
})

pages('a user is removed by somebody who proves who it is; her sessions end', async () => {
  const alice = { cookie: box.cookie, secret: box.secret }
  box.cookie = ''
  await box.enter('bob')
  const bob = box.cookie
  Object.assign(box, alice)
  const page = await box.get('/users')
  assert.match(page.text, 'bob')
  const words = JSON.stringify(['gabarit', 'web', 'users', 'remove', 'bob'])
  assert.is((await box.post('/run', { words })).status, 403)
  const proof = { words, password: PASSWORD, code: codeOf(box.secret, 30) }
  assert.match((await box.finished(await box.post('/run', proof))).text, 'Done.')
  box.cookie = bob
  assert.is((await box.get('/')).status, 303)
})

pages.run()
