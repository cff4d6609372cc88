// What lies about in the folders of the site and is no part of an event: it stops nothing, and is told.
import { mkdirSync, symlinkSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const strays = suite('strays among events and descriptions')
const EVENTS = '/etc/gabarit/events'
const LOOKING = ['gabarit status', 'gabarit diff', 'gabarit templates', 'gabarit impact configuration LocalIP']

function server(): Sandbox {
  const box = new Sandbox()
  for (const line of ['config set DomainName example.org', 'config set SystemName server', 'signal-event post-install'])
    box.must(line)
  return box
}

strays('a folder whose name no event can have is skipped and named; lint calls it an error', () => {
  const box = server()
  for (const name of ['bad name;x', 'console-save~']) mkdirSync(box.path(`${EVENTS}/${name}`), { recursive: true })
  for (const line of LOOKING) box.must(line)
  for (const name of ['bad name;x', 'console-save~']) {
    const said = `${box.path(EVENTS)}/${name}: skipped, the name of an event may only contain letters, digits and . _ -`
    assert.match(box.must('gabarit status'), said)
    const { status, stdout } = box.run('gabarit lint')
    assert.is(status, 1)
    assert.match(stdout, `error: ${said}`)
  }
  box.must('signal-event console-save')
  box.remove()
})

strays('backups of editors and packages are no parts of an event', () => {
  const box = server()
  const folder = `${EVENTS}/console-save`
  const script = '#!/bin/sh\nexit 1\n'
  const backups = ['S50own~', 'S50own.dpkg-old', 'services2adjust/httpd~', 'templates2expand/etc/.hosts.swp']
  for (const name of backups) box.write(`${folder}/${name}`, script, 0o755)
  const { status, stderr } = box.run('signal-event console-save')
  assert.is(status, 0, stderr)
  const linted = box.must('gabarit lint')
  for (const name of backups) {
    const said = `${box.path(folder)}/${name}: skipped, it looks like a backup made by an editor or a package`
    assert.match(stderr, said)
    assert.match(linted, `warning: ${said}`)
  }
  box.remove()
})

strays('a description that links nowhere describes nothing', () => {
  const box = server()
  mkdirSync(box.path('/etc/gabarit/db/configuration'), { recursive: true })
  symlinkSync('nowhere', box.path('/etc/gabarit/db/configuration/foo.json'))
  for (const line of ['config set foo service', 'gabarit status', 'signal-event console-save']) box.must(line)
  const { status, stdout } = box.run('gabarit lint')
  assert.is(status, 1)
  assert.match(stdout, /error: \S+\/foo\.json: links to a file that does not exist/)
  box.remove()
})

strays.run()
