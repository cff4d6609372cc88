// `gabarit proxy log`: what the logs of nginx say about one proxy.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const log = suite('gabarit proxy log')

const box = new Sandbox()
log.after(() => box.remove())
box.must('db proxies set a.example proxy Upstreams http://127.0.0.1:1 Aliases b.example')
box.must('db proxies set own.example proxy Upstreams http://127.0.0.1:1 OwnLogs enabled')

log('in the log of all, the lines of its names, the last 200 of them', () => {
  assert.match(box.must('gabarit proxy log a.example'), '/var/log/nginx/access.log:\nnothing about it')
  const lines = Array.from({ length: 201 }, (_, at) => `a.example 192.0.2.1 "GET /${at}"`)
  box.write('/var/log/nginx/access.log', [...lines, 'c.example 192.0.2.1 a.example', 'b.example x', ''].join('\n'))
  const [{ file, lines: shown }] = JSON.parse(box.must('gabarit proxy log --json A.example'))
  assert.is(file, '/var/log/nginx/access.log')
  assert.equal(shown, [...lines.slice(2), 'b.example x'])
})

log('its own logs whole, with the errors', () => {
  box.write('/var/log/nginx/own.example.access.log', 'own.example 192.0.2.1\n')
  box.write('/var/log/nginx/own.example.error.log', 'connect() failed\n')
  const said = box.must('gabarit proxy log own.example')
  assert.match(
    said,
    'own.example.access.log:\nown.example 192.0.2.1\n\n/var/log/nginx/own.example.error.log:\nconnect() failed',
  )
})

log('a name that no proxy has is refused, with the nearest', () => {
  const { status, stderr } = box.run('gabarit proxy log b.exmple')
  assert.is(status, 1)
  assert.match(stderr, 'did you mean "b.example"?')
})

log.run()
