// `gabarit site log`: what the logs of the web servers say about the site of a domain.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const log = suite('gabarit site log')

const box = new Sandbox()
log.after(() => box.remove())
for (const key of ['a.example', 'sub.a.example', 'own.example']) box.must(`db domains set ${key} domain`)
box.must('db domains setprop own.example OwnLogs enabled')
for (const key of ['www.a.example', 'www.sub.a.example']) box.must(`db hosts set ${key} host HostType Self`)
box.must('config set httpd service LogDir /var/log/apache2')

const logsOf = (name: string): { file: string; lines: string[] }[] =>
  JSON.parse(box.must(`gabarit site log --json ${name}`))

log('in the log of all sites, the last 200 lines of this one', () => {
  const lines = Array.from({ length: 201 }, (_, at) => `a.example 192.0.2.1 "GET /${at}"`)
  const others = ['sub.a.example 192.0.2.1 a.example', '']
  box.write('/var/log/apache2/access_log', [...lines, ...others].join('\n'))
  assert.equal(logsOf('a.example'), [{ file: '/var/log/apache2/access_log', lines: lines.slice(1) }])
  assert.equal(logsOf('WWW.A.example'), logsOf('a.example'))
})

log('that of nginx too, if it is in front: the lines of all names of the site', () => {
  box.must('config set nginx service status enabled LogDir /var/log/nginx')
  const lines = ['a.example x', 'www.a.example x', 'www.sub.a.example x', 'other.example www.a.example']
  box.write('/var/log/nginx/access.log', lines.join('\n'))
  assert.equal(logsOf('a.example')[1], { file: '/var/log/nginx/access.log', lines: lines.slice(0, 2) })
  assert.equal(logsOf('sub.a.example')[1]?.lines, lines.slice(2, 3))
})

log('its own logs whole, with the errors', () => {
  box.write('/var/log/apache2/own.example-access_log', 'own.example 192.0.2.1\n')
  box.write('/var/log/apache2/own.example-error_log', 'File does not exist\n')
  const [access, error] = logsOf('own.example')
  assert.equal(access?.lines, ['own.example 192.0.2.1'])
  assert.equal(error?.lines, ['File does not exist'])
})

log('a name of no domain is refused, with the nearest', () => {
  const { status, stderr } = box.run('gabarit site log onw.example')
  assert.is(status, 1)
  assert.match(stderr, 'did you mean "own.example"?')
})

log.run()
