// How actions read the configuration: one start of config, and no value or name that passes for another.
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PROJECT, Sandbox } from '../support/sandbox.ts'

const settings = suite('settings in actions')

settings('no value, key or property passes for another', () => {
  const box = new Sandbox()
  const records = {
    DomainName: { type: 'example.org' },
    web: { type: 'service', properties: { status: 'disabled\n    Port=1', Folder: '/a b/c=d\\e' } },
    'web=x': { type: 'service', properties: { Port: '2' } },
    'web\tPort': { type: '3' },
    'web\n    Port=4': { type: 'x' },
  }
  box.write('/var/lib/gabarit/db/configuration.json', JSON.stringify(records))
  const script = `. ${join(PROJECT, 'events/actions/settings.sh')}
    read_settings
    for name in status Folder Port; do printf '<%s>\\n' "$(setting web $name)"; done
    printf '<%s>\\n' "$(setting DomainName)"`
  const env = { GABARIT_VALIDATE: 'off' }
  assert.equal(box.must(['sh', '-euc', script], { env }).split('\n').slice(0, 4), [
    '<disabled\\n    Port=1>',
    '</a b/c=d\\e>',
    '<>',
    '<example.org>',
  ])
  box.remove()
})

settings('a configuration that cannot be read ends the action', () => {
  const box = new Sandbox()
  box.write('/var/lib/gabarit/db/configuration.json', '{')
  const script = `. ${join(PROJECT, 'events/actions/settings.sh')}
    read_settings
    echo went on`
  const { status, stdout } = box.run(['sh', '-euc', script])
  assert.is.not(status, 0)
  assert.is(stdout, '')
  box.remove()
})

settings.run()
