// Templates and fragments in the console: where each line comes from, and an override from the editor to the way back.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { codeOf, PASSWORD } from './console-server.ts'
import { formOn } from './forms.ts'
import { BASE, type Page, WebConsole } from './web-console.ts'

const fragments = suite('fragments in the console')
const box = new WebConsole()
const OURS = '/etc/gabarit/templates/etc/ours'
const OWN = '/etc/gabarit/templates-custom/etc/ours'
const TEXT = '# ours\nname <%= config.SystemName %>\nfor <b>\n'
const EDIT = '/fragment/edit'
const NAME = 'template=/etc/ours&fragment=10one'

fragments.before(async () => {
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  box.write(`${OURS}/10one`, TEXT)
  box.write(`${OURS}/sub/50part`, 'part\n')
  box.write(`${OURS}/90end`, "<%~ template('sub') %>\nend\n")
  box.write(`${OURS}/template.json`, '{ "description": "What is ours", "comment": "none" }')
  box.write('/etc/gabarit/events/change/templates2expand/etc/ours', '')
  box.must('signal-event post-install')
  box.must('signal-event change')
  await box.startAll()
  await box.enter('alice')
})
fragments.after(() => box.remove())

/** Sends the editor with this text. */
async function edit(text: string, more: Readonly<Record<string, string>> = {}, name = NAME): Promise<Page> {
  const fields = formOn(await box.get(`${EDIT}?${name}`), EDIT)
  return box.post(EDIT, { ...fields, text: text.replaceAll('\n', '\r\n'), ...more })
}

/** Makes live what a page shows, with the proof, as a new user. */
async function makeLive(user: string, show: () => Promise<Page>, action: string): Promise<Page> {
  box.cookie = ''
  await box.enter(user)
  const asked = await box.post(action, formOn(await show(), action))
  assert.is(asked.status, 403, asked.text)
  const proof = { ...formOn(asked, '/run'), password: PASSWORD, code: codeOf(box.secret, 30) }
  return box.finished(await box.post('/run', proof))
}

fragments('the tree: every template, its fragments in order, and where each comes from', async () => {
  assert.match((await box.get('/files')).text, `href="${BASE}/templates"`)
  const list = await box.get('/templates')
  assert.match(list.text, 'What is ours')
  const { text } = await box.get('/templates/one?template=/etc/ours')
  assert.match(text, /10one<[\s\S]*90end<[\s\S]*\/etc\/ours\/sub<[\s\S]*50part</)
  const page = await box.get('/fragment?template=/etc/ours/sub&fragment=50part')
  assert.match(page.text, '<span id="L1"><i>1</i> part</span>')
  assert.match((await box.get('/templates/one?template=/etc/hosts')).text, '<th scope="row"><a href="')
  assert.is((await box.get('/fragment?template=/etc/ours&fragment=none')).status, 422)
})

fragments('a file line by line: a line leads to its fragment and to the records that it is of', async () => {
  const file = await box.get('/files/explain?path=/etc/ours')
  assert.match(file.text, '<a href="/server-manager/files/explain?path=%2Fetc%2Fours&amp;line=2#L2">2</a> name server')
  const { text } = await box.get('/files/explain?path=/etc/ours&line=2')
  assert.match(text, 'template=%2Fetc%2Fours&amp;fragment=10one#L2">/etc/ours 10one:2</a>')
  assert.match(text, `href="${BASE}/records/configuration/record?key=SystemName"`)
  const part = await box.get('/files/explain?path=/etc/ours&line=4')
  assert.match(part.text, '/etc/ours/sub 50part:1</a>')
  assert.match((await box.get('/files/explain?path=/etc/hosts&line=1')).text, 'gabarit writes this line itself.')
})

fragments(
  'an override: its mistakes at the text, its result before it is live, live with a proof, and back',
  async () => {
    const wrong = await edit('one\n<%= config.nobody.x %>\n')
    assert.is(wrong.status, 422)
    assert.match(wrong.text, /id="text-error" role="alert">[\s\S]*10one:2:\d+: [\s\S]*aria-invalid="true"/)
    assert.match(wrong.text, '<textarea class="code" id="text"')
    assert.match(wrong.text, 'one\n&lt;%= config.nobody.x %&gt;\n</textarea>')
    const text = '\n# "mine" & <i>\nname <%= config.SystemName %>\n'
    const shown = await edit(text)
    assert.is(shown.status, 200, shown.text)
    assert.match(shown.text, '<span class="add">+# &quot;mine&quot; &amp; &lt;i&gt;</span>')
    for (const path of [`${OWN}/10one`, '/etc/ours']) assert.match(shown.text, `<b>${path}</b>`)
    assert.not.ok(box.exists(`${OWN}/10one`), 'only shown')
    assert.match((await makeLive('bob', () => edit(text), EDIT)).text, 'Done.')
    assert.is(box.read(`${OWN}/10one`), text)
    assert.is(box.read('/etc/ours'), '\n# "mine" & <i>\nname server\npart\nend\n')
    assert.is(box.history()[0]?.user, 'bob')
    assert.match((await box.get('/files')).text, '/etc/ours 10one</a>')
    const page = await box.get(`/fragment?${NAME}`)
    assert.match(page.text, 'Back to the shipped one')
    const plan = () =>
      box.get(`/plan?words=${encodeURIComponent('["gabarit","fragment","remove","/etc/ours","10one"]')}`)
    assert.match((await makeLive('carol', plan, '/run')).text, 'Done.')
    assert.not.ok(box.exists(`${OWN}/10one`))
    assert.match(box.read('/etc/ours'), '# ours\n')
    assert.match((await box.get('/files')).text, 'The site has no overrides.')
  },
)

fragments('two people at one fragment: the second is told, before and after the plan was shown', async () => {
  const fields = formOn(await box.get(`${EDIT}?${NAME}`), EDIT)
  const shown = formOn(await edit('mine\n'), EDIT)
  box.must('gabarit fragment write /etc/ours 10one', { input: 'theirs\n' })
  for (const sent of [{ ...fields, text: 'mine\r\n' }, shown]) {
    const told = await box.post(EDIT, sent)
    assert.is(told.status, 409)
    assert.match(told.text, 'Somebody else has changed this fragment meanwhile.')
    assert.match(told.text, '<span class="del">-theirs</span></div><div><span class="add">+mine</span>')
    assert.match(told.text, 'mine\n</textarea>')
  }
  assert.is(box.read(`${OWN}/10one`), 'theirs\n')
})

fragments('a stale one: the shipped changes, merged in the editor', async () => {
  box.must('gabarit fragment write /etc/ours 10one --merged', { input: TEXT.replace('ours', 'mine') })
  box.write(`${OURS}/10one`, TEXT.replace('for <b>', 'for <u>'))
  assert.match((await box.get('/files')).text, '<span class="warn">stale</span>')
  const { text } = await box.get(`/fragment?${NAME}`)
  assert.match(text, '<span class="add">+for &lt;u&gt;</span>')
  const merged = formOn(await box.get(`${EDIT}?${NAME}&merge=yes`), EDIT)
  assert.match(merged.text ?? '', /# mine\r\n[\s\S]*for <u>/)
  const show = async () => box.post(EDIT, formOn(await box.get(`${EDIT}?${NAME}&merge=yes`), EDIT))
  const live = await makeLive('dave', show, EDIT)
  assert.match(live.text, 'Done.')
  assert.match(box.must('gabarit overrides'), 'in step')
})

fragments('a new one, in French', async () => {
  box.language = 'fr'
  const name = 'template=/etc/ours&fragment='
  const page = await box.get(`${EDIT}?${name}`)
  assert.match(page.text, 'Nouveau fragment')
  const shown = await edit('neuf\n', { fragment: '20deux' }, name)
  assert.match(shown.text, `<b>${OWN}/20deux</b>`)
  assert.is((await edit('x\n', { fragment: '../x' }, name)).status, 422)
  box.language = 'en'
})

fragments.run()
