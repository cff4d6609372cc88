// Records in the console: forms made of descriptions, and a whole job from a new host to the way back.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { EN } from '../../src/console/web/text/en.ts'
import { CATALOGUES, type Key } from '../../src/console/web/text/languages.ts'
import { fieldOf, formOn } from './forms.ts'
import { BASE, type Page, unescapeHtml, WebConsole } from './web-console.ts'

const records = suite('records in the console')
const box = new WebConsole()

records.before(async () => {
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  box.must('signal-event post-install')
  await box.startAll()
  await box.enter('alice')
})
records.after(() => box.remove())

const recordPath = (database: string, key: string) => `/records/${database}/record?key=${encodeURIComponent(key)}`

/** Changes fields of a record, by their labels. */
async function store(database: string, key: string, changes: Readonly<Record<string, string>>): Promise<Page> {
  const page = await box.get(recordPath(database, key))
  const fields = formOn(page, `/records/${database}/record`)
  for (const [label, value] of Object.entries(changes)) fields[fieldOf(page, label)] = value
  return box.post(`/records/${database}/record`, fields)
}

const propertiesOf = (database: string, key: string): Record<string, string> =>
  JSON.parse(box.must(['db', database, 'getjson', key])).props

/** Makes the plan of a command live. */
async function live(path: string): Promise<Page> {
  const words = [...(await box.get(path)).text.matchAll(/name="words" value="([^"]*)"/g)].map(([, value = '']) =>
    unescapeHtml(value),
  )
  return box.finished(await box.post('/run', { words: words.find(one => one.includes('--plan')) ?? '' }))
}

records('a whole job: a new host is stored, planned, made live, seen in the history, and rolled back', async () => {
  const before = box.read('/etc/hosts')
  const page = await box.get('/records/hosts/new?type=host')
  assert.match(page.text, 'Self: another name of this server')
  const fields: Record<string, string> = { ...formOn(page, '/records/hosts/new'), key: 'nas.example.org' }
  fields[fieldOf(page, 'HostType')] = 'Local'
  fields[fieldOf(page, 'InternalIP')] = '192.168.1.77'
  const made = await box.post('/records/hosts/new', fields)
  assert.is(made.headers.location, `${BASE}/records/hosts/record?key=nas.example.org&stored=yes`)
  const [, count] = /<b>(\d+) changes? (?:is|are) not live/.exec((await box.get('/records/hosts')).text) ?? []
  assert.ok(Number(count) >= 2, 'the bar')
  assert.is(box.read('/etc/hosts'), before)
  assert.match((await box.get('/changes')).text, '<span class="add">+192.168.1.77 nas.example.org</span>')
  assert.match((await live('/changes')).text, 'Done.')
  assert.match(box.read('/etc/hosts'), '192.168.1.77 nas.example.org')
  assert.is(box.history()[0]?.user, 'alice')
  const back = await live(`/plan?words=${encodeURIComponent('["gabarit","rollback"]')}`)
  assert.match(back.text, 'Done.')
  assert.is(box.read('/etc/hosts'), before)
  assert.is(box.run('db hosts get nas.example.org').status, 1)
})

records('a form that nobody has touched changes nothing, whatever the values are', async () => {
  const values = {
    Comment: ' a\r\nb\n\n|c\\=\t<script>"\'&amp; ',
    odd: '\nfirst line empty',
    'x:y "z" <b>': 'kept',
    __proto__x: '0',
  }
  box.must('db hosts set odd.example.org host HostType Local InternalIP 192.168.1.9')
  for (const [name, value] of Object.entries(values))
    box.must(['db', 'hosts', 'setprop', 'odd.example.org', name, value])
  const before = propertiesOf('hosts', 'odd.example.org')
  const answer = await store('hosts', 'odd.example.org', {})
  assert.is(answer.status, 303, answer.text)
  assert.equal(propertiesOf('hosts', 'odd.example.org'), before)
  await store('hosts', 'odd.example.org', { InternalIP: '192.168.1.10' })
  assert.equal(propertiesOf('hosts', 'odd.example.org'), { ...before, InternalIP: '192.168.1.10' })
  const page = await box.get(recordPath('hosts', 'odd.example.org'))
  assert.not.match(page.text, '<script>"')
  assert.match(page.text, 'Not described: kept as it is.')
})

const LINK = /<a href="([^"]*)">([^<]*)<\/a>/g

/** The key of the record whose form is at an address, as a browser reads it. */
async function keyAt(address: string): Promise<string | undefined> {
  const { pathname, search } = new URL(address, 'https://server.example.org')
  return formOn(await box.fetch(`${pathname}${search}`, {}), '/records/configuration/record').key
}

records('hostile values and keys are stored byte for byte, and none becomes part of the page', async () => {
  const hostile = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onfocus='x",
    '$(reboot)',
    '`id`',
    '; rm -rf /',
    '{{7*7}}',
    '<%= 1 %>',
    '%00%0a',
    '../../etc/passwd',
    'é ü 漢 🎉',
    '\\"',
    '[1]',
    '# x',
    "a'b",
    '--root',
    '-x',
    ' ',
    '&lt;',
    '</textarea><b>',
    '\u2028',
    'x'.repeat(5000),
  ]
  for (const index of hostile.keys()) box.must(['db', 'hosts', 'setprop', 'odd.example.org', `odd${index}`, 'x'])
  const answer = await store(
    'hosts',
    'odd.example.org',
    Object.fromEntries(hostile.map((value, at) => [`odd${at}`, value])),
  )
  assert.is(answer.status, 303, answer.text)
  const stored = propertiesOf('hosts', 'odd.example.org')
  for (const [index, value] of hostile.entries()) assert.is(stored[`odd${index}`], value)
  const { text } = await box.get(recordPath('hosts', 'odd.example.org'))
  for (const raw of ['<script>alert', '<img', '</textarea><b>', "' onfocus="]) assert.ok(!text.includes(raw), raw)
  const keys = ['<b>"x\'', '-dash', 'a/../b', '..', 'a b', '100%', '%2e%2F', 'a#b', 'a?key=b&c+d', 'é 漢']
  for (const key of keys) {
    const page = await box.get('/records/configuration/new')
    const made = await box.post('/records/configuration/new', { ...formOn(page, '/new'), key, type: 'service' })
    assert.is(made.status, 303, made.text)
    assert.is(await keyAt(String(made.headers.location)), key)
  }
  for (const path of ['/records/configuration', '/changes']) {
    const links = new Map(
      [...(await box.get(path)).text.matchAll(LINK)].map(([, href = '', text = '']) => [text, href]),
    )
    for (const key of keys) {
      const text = path === '/changes' ? `configuration ${key}` : key
      const [, href = ''] = [...links].find(([shown]) => unescapeHtml(shown) === text) ?? []
      assert.is(await keyAt(unescapeHtml(href)), key, `${path}: ${href}`)
    }
  }
  for (const key of keys) {
    const record = await box.get(recordPath('configuration', key))
    const gone = await box.post('/records/configuration/delete', formOn(record, '/delete'))
    assert.is(gone.status, 303, key)
    assert.is(box.run(['db', 'configuration', 'get', '--', key]).status, 1)
  }
})

records('what the command refuses stands at its field, and what was typed is not lost', async () => {
  const answer = await store('hosts', 'odd.example.org', {
    InternalIP: '999.1.1.1',
    MACAddress: 'nonsense',
    odd: 'typed',
  })
  assert.is(answer.status, 422)
  for (const [label, message] of [
    ['InternalIP', '999.1.1.1'],
    ['MACAddress', 'nonsense'],
  ] as const) {
    const id = fieldOf(answer, label)
    assert.match(answer.text, new RegExp(`id="${id}-error"><p lang="en">[^<]*${message}`))
    assert.match(answer.text, new RegExp(`id="${id}"[^>]*aria-invalid="true"[^>]*value="${message}"`))
  }
  assert.is(formOn(answer, '/record')[fieldOf(answer, 'odd')], 'typed')
  assert.is(propertiesOf('hosts', 'odd.example.org').InternalIP, '192.168.1.10')
  box.language = 'fr'
  const french = await store('hosts', 'odd.example.org', { InternalIP: '999.1.1.1' })
  box.language = 'en'
  assert.match(french.text, /-error">Refusé\. Attendu : une adresse IP<p lang="en">[^<]*999\.1\.1\.1/)
})

records('two people at one record: the second is told, nothing is stored, nothing is lost', async () => {
  const page = await box.get(recordPath('hosts', 'odd.example.org'))
  const fields = { ...formOn(page, '/record'), [fieldOf(page, 'Comment')]: 'mine' }
  box.must('db hosts setprop odd.example.org Comment theirs InternalIP 192.168.1.11')
  const told = await box.post('/records/hosts/record', fields)
  assert.is(told.status, 409)
  assert.match(told.text, 'InternalIP: 192.168.1.10 → 192.168.1.11')
  assert.is(propertiesOf('hosts', 'odd.example.org').Comment, 'theirs')
  assert.is(formOn(told, '/record')[fieldOf(told, 'Comment')], 'mine')
  const again = formOn(told, '/record')
  assert.is((await box.post('/records/hosts/record', again)).status, 303)
  assert.is(propertiesOf('hosts', 'odd.example.org').Comment, 'mine')
})

records('two people in the same moment: one is stored, the others are told', async () => {
  const page = await box.get(recordPath('hosts', 'odd.example.org'))
  const store = (word: string) =>
    box.post('/records/hosts/record', { ...formOn(page, '/record'), [fieldOf(page, 'Comment')]: word })
  const answers = await Promise.all(['one', 'two', 'three', 'four', 'five', 'six'].map(store))
  assert.equal(answers.map(({ status }) => status).sort(), [303, 409, 409, 409, 409, 409])
  const make = await box.get('/records/hosts/new?type=host')
  const fresh = { ...formOn(make, '/records/hosts/new'), key: 'at-once.example.org', type: 'host' }
  const made = await Promise.all([1, 2, 3, 4].map(() => box.post('/records/hosts/new', fresh)))
  assert.is(made.filter(({ status }) => status === 303).length, 1)
  const old = formOn(await box.get(recordPath('hosts', 'at-once.example.org')), '/delete')
  box.must('db hosts setprop at-once.example.org Comment kept')
  assert.is((await box.post('/records/hosts/delete', old)).status, 409)
  assert.is(propertiesOf('hosts', 'at-once.example.org').Comment, 'kept')
})

records('switches, lists, choices and secrets', async () => {
  box.must('db vpn set anna client')
  const page = await box.get(recordPath('vpn', 'anna'))
  assert.match(page.text, /<datalist id="[^"]*">(<option value="[^"]*"><\/option>)*<option value="openvpn">/)
  const [, secret] = /<input type="password" id="(value-\d+)"/.exec(page.text) ?? []
  assert.ok(secret, 'a secret has an empty field')
  const list = /<textarea id="(value-\d+)"/.exec(page.text)?.[1] ?? ''
  const fields = {
    ...formOn(page, '/record'),
    [secret ?? '']: 'pass phrase',
    [list]: '192.168.7.0/24\r\n\r\n10.1.0.0/16',
  }
  assert.is((await box.post('/records/vpn/record', fields)).status, 303)
  const lists = Object.values(propertiesOf('vpn', 'anna'))
  assert.ok(lists.includes('192.168.7.0/24,10.1.0.0/16'), lists.join(' '))
  const after = await box.get(recordPath('vpn', 'anna'))
  assert.not.match(after.text, 'pass phrase')
  assert.match(after.text, 'placeholder="unchanged"')
  await box.post('/records/vpn/record', formOn(after, '/record'))
  assert.match(box.must('db --reveal vpn show anna'), 'pass phrase')
  box.must('db domains set shop.example.org domain letsencryptSSLcert enabled')
  const domain = await box.get(recordPath('domains', 'shop.example.org'))
  const off = formOn(domain, '/record')
  assert.is(off[fieldOf(domain, 'letsencryptSSLcert')], 'enabled')
  delete off[fieldOf(domain, 'letsencryptSSLcert')]
  await box.post('/records/domains/record', off)
  assert.is(propertiesOf('domains', 'shop.example.org').letsencryptSSLcert, 'disabled')
})

records('every database has its page; what is not there has none', async () => {
  const databases: { name: string }[] = JSON.parse(box.must('gabarit databases --json'))
  for (const { name } of databases) {
    assert.match((await box.get('/records')).text, `${BASE}/records/${name}"`)
    assert.is((await box.get(`/records/${name}`)).status, 200, name)
  }
  assert.is((await box.get(recordPath('hosts', 'nobody'))).status, 404)
  assert.is((await box.get('/records/..%2Fx')).status, 403)
})

/** What a page says, without the names of properties and the values to choose from, which are the same in all languages. */
function piecesOf({ text }: Page): string[] {
  const own = text.replace(
    /<label for="(?!key"|type"|scalar"|added-)[^"]*">[^<]*<\/label>|<option value="(.+?)".*?<\/option>/g,
    '',
  )
  const spoken = [...own.matchAll(/(?:placeholder|aria-label|title)="([^"]*)"/g)].map(([, said = '']) => said)
  const visible = own.slice(own.indexOf('<main')).replace(/<(script|style|code)\b[\s\S]*?<\/\1>/g, '')
  return [...visible.split(/<[^>]*>/), ...spoken]
    .flatMap(said => unescapeHtml(said).split(/ · |, /))
    .map(said => said.trim())
    .filter(said => said !== '')
}

/** A text of the catalogue, whatever is filled in. */
function asPattern(text: string): RegExp {
  const parts = text.split(/(\{\}|\[.*?\|.*?\])/).map(part => {
    const [, one, many] = /^\[(.*?)\|(.*?)\]$/.exec(part) ?? []
    const literal = (words: string) => words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return part === '{}' ? '.+' : one === undefined ? literal(part) : `(${literal(one)}|${literal(many ?? '')})`
  })
  return RegExp(`^${parts.join('')}$`)
}

records(
  'each described record has its form; the French one has no English around its fields, stored, new or wrong',
  async () => {
    // These are values of a database, too, which no form translates.
    const values = ['state_enabled', 'state_disabled']
    const english = Object.entries(EN)
      .filter(([key]) => !values.includes(key))
      .filter(([key, text]) => CATALOGUES.fr[key as Key] !== text && !/^[{}]+$/.test(text))
      .map(([, text]) => asPattern(text))
    const facts =
      /^(default |always |at least |at most |several$|separated by |the key of |of the form |rule: |detected$)/
    const wordsIn = (page: Page) =>
      piecesOf(page).filter(said => facts.test(said) || english.some(one => one.test(said)))
    box.language = 'en'
    assert.ok(
      wordsIn(await box.get(recordPath('configuration', 'letsencrypt'))).length > 10,
      'the English form has some',
    )
    box.language = 'fr'
    for (const database of ['configuration', 'domains', 'hosts'])
      for (const key of box.must(`db ${database} keys`).trim().split('\n')) {
        const page = await box.get(recordPath(database, key))
        assert.equal([page.status, wordsIn(page)], [200, []], key)
        if (key === 'letsencrypt') assert.match(page.text, 'Certificats de Let')
      }
    for (const [database, type] of [
      ['proxies', 'proxy'],
      ['vpn', 'client'],
      ['networks', 'network'],
      ['hosts', ''],
    ])
      assert.equal(wordsIn(await box.get(`/records/${database}/new?type=${type}`)), [], database)
    assert.equal(wordsIn(await box.get(`${recordPath('configuration', 'httpd')}&stored=yes`)), [])
    box.language = 'en'
  },
)

records.run()
