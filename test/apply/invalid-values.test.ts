// The barrier: values that do not fit are refused by an event, however they came into the databases.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const values = suite('values at the barrier')
const UNCHECKED = { env: { GABARIT_VALIDATE: 'off' } }

/** A site with one described record, one template, and an event that has run once. */
function site(): Sandbox {
  const box = new Sandbox()
  const description = {
    properties: {
      port: { format: 'port' },
      user: { default: 'nobody' },
      key: { secret: true, pattern: '[a-z]{6,}' },
      cert: {},
    },
    rules: [{ allOrNone: ['user', 'cert'] }],
  }
  box.write('/etc/gabarit/db/configuration/shop.json', JSON.stringify(description))
  box.write('/etc/gabarit/templates/etc/shop', 'port <%= config.shop.port %>\n')
  box.write('/etc/gabarit/events/shop-update/templates2expand/etc/shop', '')
  box.must('config set shop service port 80 user ann cert c key geheim')
  box.must('signal-event shop-update')
  return box
}

values('an event refuses all of them at once, with rules on several properties, and changes nothing', () => {
  const box = site()
  box.must(['config', 'setprop', 'shop', 'port', '99999', 'cert', ''], UNCHECKED)
  box.write('/etc/gabarit/templates-custom/etc/shop', '<%= config.shop.nothing %>\n')
  for (const command of ['signal-event shop-update', 'signal-event --dry-run shop-update', 'gabarit apply']) {
    const { status, stderr } = box.run(command)
    assert.is(status, 3, stderr)
    assert.match(stderr, 'configuration: shop: property port: "99999" is not a port')
    assert.match(stderr, 'configuration: shop: set either all of user, cert or none; missing: cert')
    assert.match(stderr, 'templates-custom/etc/shop')
  }
  assert.is(box.read('/etc/shop'), 'port 80\n')
  box.remove()
})

values('what an earlier event brought to life does not stand in the way, a secret neither', () => {
  const box = site()
  box.must('config setprop shop port nonsense key x1-secret', UNCHECKED)
  box.must('signal-event shop-update', UNCHECKED)
  assert.is(box.read('/etc/shop'), 'port nonsense\n')
  box.must('config setprop shop other 1')
  box.must('signal-event shop-update')
  box.must('config setprop shop port worse', UNCHECKED)
  const { status, stderr } = box.run('signal-event shop-update')
  assert.is(status, 3)
  assert.match(stderr, '"worse"')
  assert.not.match(stderr, 'key')
  box.remove()
})

values('status names what refuses an event; a database that is edited by hand is checked like any other', () => {
  const box = site()
  const file = '/var/lib/gabarit/db/configuration.json'
  box.write(file, box.read(file).replace('"port": "80"', '"port": "eighty"'))
  assert.match(
    box.run('gabarit status').stdout,
    /problems that would stop an event:\n {2}configuration: shop: property port: "eighty"/,
  )
  assert.is(box.run('signal-event shop-update').status, 3)
  box.must('config setprop shop port 81')
  box.must('signal-event shop-update')
  assert.is(box.read('/etc/shop'), 'port 81\n')
  box.remove()
})

values.run()
