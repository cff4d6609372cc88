// `gabarit events` and `gabarit templates`: a line for each, with what it is for.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const listing = suite('events and templates are listed')
const box = new Sandbox()
listing.after(() => box.remove())

listing('every shipped event and template says what it is for', () => {
  for (const command of ['gabarit events --json', 'gabarit templates --json'])
    for (const { event, template, description } of JSON.parse(box.must(command)))
      assert.ok(description?.length > 10 && !description.includes('no description'), event ?? template)
})

listing('an event shows its arguments, and what it runs, makes and adjusts', () => {
  assert.match(box.must('gabarit events'), /^domain-create DOMAIN +a domain was added/m)
  const text = box.must('gabarit events domain-create')
  for (const part of [
    'signal-event domain-create DOMAIN\n',
    '  S01domain-create-hosts\n',
    '  /etc/hosts\n',
    '  httpd: ',
  ])
    assert.ok(text.includes(part), part)
  assert.match(box.run('gabarit events domain-craete').stderr, 'did you mean "domain-create"?')
})

listing('those of the site are listed, with their own words or what they make', () => {
  box.write('/etc/gabarit/events/mirror-update/templates2expand/etc/mirror.conf', '')
  box.write('/etc/gabarit/templates/etc/mirror.conf/10Target', 'x\n')
  assert.match(box.must('gabarit events'), /^mirror-update +makes \/etc\/mirror.conf$/m)
  box.write(
    '/etc/gabarit/events/mirror-update/event.json',
    '{ "description": "a mirror was changed", "usage": "NAME" }',
  )
  box.write('/etc/gabarit/templates/etc/mirror.conf/template.json', '{ "description": "where mirrors are" }')
  assert.match(box.must('gabarit events'), /^mirror-update NAME +a mirror was changed$/m)
  assert.match(box.must('gabarit templates'), /^\/etc\/mirror.conf +where mirrors are$/m)
})

listing('a malformed event.json is found by lint, named in the list, and stops the event', () => {
  box.write('/etc/gabarit/events/mirror-update/event.json', '{ "descripton": "x" }')
  const said = 'event.json: unknown key "descripton"; did you mean "description"?'
  assert.match(box.run('gabarit lint').stdout, said)
  assert.match(box.must('gabarit events'), said)
  const { status, stderr } = box.run('signal-event mirror-update')
  assert.is(status, 3)
  assert.match(stderr, said)
})

listing.run()
