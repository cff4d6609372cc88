import { chmodSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Engine, failureOf, render } from '../support/engine.ts'
import { Sandbox } from '../support/sandbox.ts'

const fragments = suite('messages of fragments')
const HOSTS = { hosts: { b: ['host'], a: ['host'] } } as const

fragments('a list of records cannot be changed, and the error says what to do instead', () => {
  for (const code of [
    "db('hosts').all().sort((a, b) => b.key < a.key ? -1 : 1)",
    "db('hosts').all('host').sort((a, b) => b.key < a.key ? -1 : 1)",
    "db('hosts').all().reverse()",
    "db('hosts').all().push(1)",
    "db('hosts').all().pop()",
  ]) {
    const failure = failureOf(() => render(`<% ${code} %>\n`, HOSTS))
    assert.match(failure.hint ?? '', 'toSorted', code)
  }
  assert.is(render("<%= db('hosts').all().toReversed()[0].key %>\n", HOSTS), 'b\n')
})

fragments('a BigInt is printed', () => {
  assert.is(render("<%= ip.num('0.0.1.0') %> <%~ ip.num('::1') %> <%= join([1n, 2]) %>\n"), '256 1 1 2\n')
})

fragments('the name of a template has a slash before it', () => {
  const engine = new Engine()
  engine.template('etc/demo', { '10a': "<%~ template('Sub') %>\n" })
  assert.match(failureOf(() => engine.text('etc/demo')).message, /^there is no template \/etc\/demo\/Sub\n/)
  assert.match(
    failureOf(() => engine.text('etc/dmo')).message,
    'there is no template /etc/dmo; did you mean "/etc/demo"?',
  )
  engine.remove()
})

fragments('the hint on a writable fragment changes the owner only when that is wrong', () => {
  const engine = new Engine()
  const file = engine.ship('templates/one', 'a\n')
  chmodSync(file, 0o646)
  assert.is(failureOf(() => engine.text('one')).hint, `chmod go-w ${file}\nNothing was changed.`)
  engine.remove()
})

fragments('what is undefined because a record is missing: the hint says what makes records', () => {
  const hint = (source: string) =>
    failureOf(() => render(source, { configuration: { a: ['t', { p: '1' }] } })).hint ?? ''
  assert.match(hint('<%= config.LocalIP %>\n'), 'There is no record "LocalIP" in the database configuration.')
  assert.match(hint('<%= config.LocalIP.x %>\n'), 'gabarit initialize-default-databases')
  for (const source of [
    '<%= config.a.q %>',
    '<%= config.a.q.r %>',
    "<% config.b; throw Error('no') %>",
    '<% nobody() %>',
  ])
    assert.is(hint(source), 'Nothing was changed.', source)
})

fragments('on an empty system the hint is there', () => {
  const box = new Sandbox()
  const { status, stderr } = box.run('expand-template /etc/hosts')
  assert.is(status, 3)
  assert.match(stderr, 'gabarit initialize-default-databases (or signal-event post-install)')
  box.remove()
})

fragments.run()
