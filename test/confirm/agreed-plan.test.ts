// `--plan ID` does what was shown, or nothing; `--json-lines` tells what happens while it happens.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Outcome } from '../support/sandbox.ts'
import { Server } from './server.ts'

const agreed = suite('a plan that was agreed to')
const box = new Server()
agreed.after(() => box.remove())
agreed.before(() => {
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  box.must('signal-event post-install')
  box.event('change', { S01touch: '#!/bin/sh\ntouch "$GABARIT_ROOT/touched"\n' })
})

/** The id of the plan that a command would carry out now. */
function planOf(command: string): string {
  const { plan }: { plan: string } = JSON.parse(box.must(`${command} --dry-run --json`))
  return plan
}

const COMMANDS = ['signal-event change', 'gabarit apply', 'gabarit rollback 2']

function refused({ status, stderr }: Outcome, plan: string): void {
  assert.is(status, 3, stderr)
  assert.match(stderr, `plan ${plan} is out of date`)
}

agreed('the plan that was shown is carried out; any other one is refused before an action runs', () => {
  box.must('config set word 2')
  box.must('signal-event change')
  for (const command of COMMANDS) {
    box.must('config set word 3')
    const plan = planOf(command)
    box.must('config set word 4')
    const now = planOf(command)
    box.must('rm -f touched')
    // What goes back to a known state takes back whatever came later.
    if (plan !== now) {
      refused(box.run(`${command} --plan ${plan}`), plan)
      assert.not(box.exists('/touched'))
    }
    assert.is(box.run(`${command} --plan ${now}`).status, 0)
    assert.is(box.read('/etc/x'), `x ${box.word}\n`)
    assert.is(box.exists('/touched'), command.startsWith('signal-event'))
    box.must('config set word 2')
    box.must('signal-event change')
  }
  const revert = `gabarit revert ${box.history()[0]?.id}`
  refused(box.run(`${revert} --plan 000000000000`), '000000000000')
  const before = box.word
  assert.is(box.run(`${revert} --plan ${planOf(revert)}`).status, 0)
  assert.is.not(box.word, before)
})

agreed('an action that changes the plan on its way: no file is written', () => {
  box.event('moving', { 'templates2expand/etc/x': '', S01set: '#!/bin/sh\nconfig set word moved\n' })
  box.must('config set word 5')
  const before = box.read('/etc/x')
  const { status, stderr } = box.run(`signal-event moving --plan ${planOf('signal-event moving')}`)
  assert.is(status, 1)
  assert.match(stderr, 'no file was changed: what would be written now was not agreed to')
  assert.is(box.read('/etc/x'), before)
})

agreed('an event without files has a plan too', () => {
  box.event('nothing', { S01touch: '#!/bin/sh\ntouch "$GABARIT_ROOT/touched"\n' })
  assert.is(box.run(`signal-event nothing --plan ${planOf('signal-event nothing')}`).status, 0)
  refused(box.run('signal-event nothing --plan 000000000000'), '000000000000')
})

agreed('each report is a line of JSON, in order, without a secret', () => {
  box.write('/etc/gabarit/templates/etc/x', 'x <%= config.word %> <%= config.web.Password %>\n')
  const description = { properties: { Password: { secret: true } }, confirmWithin: '30m' }
  box.write('/etc/gabarit/db/configuration/web.json', JSON.stringify(description))
  box.must('config setprop web Password hunter22')
  box.event('change', { S02say: '#!/bin/sh\necho hunter22 and more\n' })
  const reports = box
    .must('signal-event change --json-lines')
    .trimEnd()
    .split('\n')
    .map((line): { kind: string; line?: string; entry?: number; files?: { path: string }[] } => JSON.parse(line))
  const kinds = reports.map(({ kind }) => kind)
  assert.equal(
    ['step', 'handler-line', 'handler', 'planned', 'plan', 'service', 'ended'].filter(kind => !kinds.includes(kind)),
    [],
  )
  assert.is(reports.find(({ kind }) => kind === 'handler-line')?.line, '******** and more')
  assert.equal(
    reports.find(({ kind }) => kind === 'plan')?.files?.map(({ path }) => path),
    ['/etc/x'],
  )
  assert.is(reports.at(-1)?.entry, box.history()[0]?.id)
  assert.not.match(JSON.stringify(reports), 'hunter22')
  for (const command of COMMANDS) {
    const { stdout } = box.run(`${command} --json-lines`)
    for (const line of stdout.split('\n').filter(Boolean)) JSON.parse(line)
  }
  assert.is(box.run('gabarit apply --json --json-lines').status, 2)
})

agreed('a program that acts for somebody is named in the history, and waits like a remote shell', () => {
  const env = { ...box.env, GABARIT_ACTOR: 'alice', GABARIT_ORIGIN: 'console 192.168.1.20' }
  box.must('config setprop web Password hunter22')
  box.must('config set word 8')
  box.must('signal-event change', { env })
  assert.ok(box.isPending)
  box.must('gabarit confirm', { env })
  const [entry] = box.history()
  assert.equal([entry?.user, entry?.via], ['alice', 'console 192.168.1.20'])
})

agreed.run()
