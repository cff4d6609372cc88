// The way to the console through the real Apache, alone and behind the real nginx, and through nginx
// alone: on `/`, in private namespaces.
import type { ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { stop } from '../support/daemons.ts'
import { SCAN, throughNginx } from '../support/front.ts'
import { must, PROJECT, run, words } from '../support/sandbox.ts'
import { addOwnPort, HELPER, SOCKET, startConsole } from './processes.ts'

const { tests, step, front } = throughNginx('the way to the console')

const CONSOLE = 'https://example.com/server-manager'
/** An address that is not local, and one of those that may come in all the same. */
const [OUTSIDE, LET_IN] = ['198.51.100.7', '203.0.113.9']
const CURL = ['curl', '-sSkN', '--noproxy', '*', '--connect-to', '::127.0.0.1:']
const from = (address: string) => ['--interface', address]

let echo: ChildProcess

/** Starts a server that tells what reached it on the socket of the console; only the web server may connect. */
async function startEcho(): Promise<ChildProcess> {
  mkdirSync('/run/gabarit-web')
  const echo = [process.execPath, join(PROJECT, 'test/support/proxied.mjs'), SOCKET, 'console']
  const child = await front.daemons.start('echo', echo, () => run(['test', '-S', SOCKET]).status === 0)
  must(['chgrp', 'www-data', SOCKET])
  chmodSync(SOCKET, 0o660)
  return child
}

step('a server with nginx in front of httpd, and a second domain', async () => {
  for (const address of [OUTSIDE, LET_IN]) must(['ip', 'address', 'add', `${address}/32`, 'dev', 'lo'])
  await front.start({ 8101: 'behind' })
  must(words('db domains set second.example domain Content Primary'))
  front.apply('domain-create second.example')
  echo = await startEcho()
})

step('it is off until somebody turns it on', () => {
  assert.is(front.visit(CONSOLE).status, 404)
  must(words(`config setprop httpd-admin status enabled Manager console ValidFrom ${LET_IN}/32`))
  front.apply('server-manager-update')
})

/** What serves the console, each with what makes it so, and another site. */
const SERVERS = {
  'nginx in front': ['second.example', 'config set WebFrontend nginx'],
  'httpd in front': ['second.example', 'config set WebFrontend httpd'],
  'nginx alone': [
    'other.example',
    ...['config setprop httpd status disabled', 'db proxies set other.example proxy Upstreams http://127.0.0.1:8101'],
  ],
  'nginx alone, in a site of that name': [
    'other.example',
    'db proxies set example.com proxy Upstreams http://127.0.0.1:8101',
  ],
} as const

for (const [server, [other, ...settings]] of Object.entries(SERVERS)) {
  step(`${server}: the console learns the true visitor, host and protocol`, () => {
    for (const line of settings) must(words(line))
    front.apply('server-manager-update')
    front.apply()
    const forged = ['X-Forwarded-For: 192.0.2.1', 'X-Forwarded-Proto: http', 'X-Forwarded-Host: evil.example']
    const more = ['X-Forwarded-Server: evil', 'X-Real-IP: 192.0.2.1', 'Forwarded: for=192.0.2.1']
    const options = [...forged, ...more].flatMap(line => ['-H', line])
    for (const path of ['', '/', '/records?a=1&b=%20']) {
      const { url, headers } = front.seen(CONSOLE + path, ...from(LET_IN), ...options)
      assert.is(url, `/server-manager${path}`)
      assert.equal([headers['x-forwarded-for'], headers['x-forwarded-proto']], [LET_IN, 'https'])
      assert.is(headers.host, 'example.com')
      assert.not.match(JSON.stringify(headers), /evil|192\.0\.2\.1/)
    }
  })

  step(`${server}: local networks and ValidFrom come in, others do not`, () => {
    const statuses = [[], from(LET_IN), from(OUTSIDE)].map(options => front.visit(CONSOLE, ...options).status)
    assert.equal(statuses, [200, 200, 403])
    const claims = ['-H', `X-Forwarded-For: ${LET_IN}`]
    assert.is(front.visit(CONSOLE, ...from(OUTSIDE), ...claims).status, 403)
    assert.is(front.visit(CONSOLE, ...from(OUTSIDE), ...claims, ...claims).status, 403)
  })

  step(`${server}: no other site leads there, and HTTP leads to HTTPS`, () => {
    for (const url of [`https://${other}/server-manager`, `${CONSOLE}s`])
      assert.not.match(front.visit(url).body, '"name":"console"', url)
    assert.equal(front.visit('http://example.com/server-manager').header('location'), [CONSOLE])
    assert.is(front.visit(`${CONSOLE}/..;/x`, '--path-as-is').status, 400)
  })

  step(`${server}: an event comes at once`, async () => {
    // Whoever buffers would give it with the end only.
    const query = '?events=600&header=X-Accel-Buffering:no'
    const { stdout } = run([...CURL, '--max-time', '3', `${CONSOLE}${query}`])
    assert.is(stdout, 'data: first\n\n')
  })
}

const OWN_PORT = 'https://example.com:9981'

step('an own port is off until somebody turns it on', () => {
  assert.throws(() => front.visit(`${OWN_PORT}/server-manager`), 'curl 7')
  addOwnPort(SCAN, 9981, '127.0.0.0/8,::1/128')
  must(words('config setprop console-port status enabled TCPPort 9981'))
  front.apply('server-manager-update')
  assert.match(must(words('gabarit services')), /^console-port +runs since .*, tcp 9981 \(\S+\)$/m)
})

step(
  'own port: the way in while no web server runs, with the certificate of the machine, for local networks only',
  () => {
    must(['s6-svc', '-wd', '-T', '30000', '-d', `${SCAN}/nginx`])
    assert.throws(() => front.visit(CONSOLE), 'curl 7')
    const trust = ['--cacert', '/var/lib/gabarit/ssl/self-signed.pem']
    const secure = must([...CURL.filter(word => word !== '-sSkN'), '-sS', ...trust, `${OWN_PORT}/server-manager`])
    assert.match(secure, '"name":"console"')
    const forged = ['X-Forwarded-For: 192.0.2.1', 'X-Forwarded-Host: evil.example', 'X-Real-IP: 192.0.2.1', 'X-Evil: 1']
    const asked = [...forged, 'Cookie: a=b', 'Last-Event-ID: 7'].flatMap(line => ['-H', line])
    const { url, headers } = front.seen(`${OWN_PORT}/server-manager/x?a=1&b=%20`, ...asked)
    assert.is(url, '/server-manager/x?a=1&b=%20')
    const { host, cookie, 'last-event-id': last, 'x-forwarded-for': visitor, 'x-forwarded-proto': protocol } = headers
    assert.equal([host, cookie, last, visitor, protocol], ['example.com:9981', 'a=b', '7', '127.0.0.1', 'https'])
    assert.not.match(JSON.stringify(headers), /evil|192\.0\.2\.1/)
    for (const address of [OUTSIDE, LET_IN])
      assert.is(
        front.visit(`${OWN_PORT}/server-manager`, ...from(address)).status,
        403,
        'ValidFrom is for the web servers',
      )
    assert.equal(
      ['/', '/x', '/server-managers', '/../etc/passwd'].map(
        path => front.visit(OWN_PORT + path, '--path-as-is').status,
      ),
      [303, 404, 404, 404],
    )
    const { stdout } = run([...CURL, '--max-time', '3', `${OWN_PORT}/server-manager?events=600`])
    assert.is(stdout, 'data: first\n\n', 'an event comes at once')
    must(['s6-svc', '-wu', '-T', '30000', '-u', `${SCAN}/nginx`])
  },
)

step('without HTTPS nobody gets a console', () => {
  must(words('db proxies setprop example.com Certificate none'))
  front.refused(/the console needs HTTPS: db proxies delprop example\.com Certificate/, 'server-manager-update')
  must(words('db proxies delete example.com'))
  must(words('config setprop httpd status enabled'))
  must(words('config setprop modSSL status disabled'))
  front.refused(/the console needs HTTPS: config setprop modSSL status enabled/, 'server-manager-update')
  must(words('config setprop modSSL status enabled'))
  // Its configuration is there again, but nobody has started it.
  run(words('signal-event server-manager-update'))
  must(words('s6-svc -wu -T 30000 -u /run/service/apache2'))
})

step('without its two processes it is told as broken, with the way out', async () => {
  await stop(echo)
  rmSync(SOCKET, { force: true })
  const silent =
    /nothing answers for the helper \(\S+\) and the pages \(\S+\).* see docs\/guide\/console\.md, "Without systemd"/
  assert.is(front.visit(`${OWN_PORT}/server-manager`).status, 502)
  assert.match(run(words('gabarit web enable alice')).stderr, silent)
  assert.match(must(words('gabarit status')), silent)
  const { status, stdout } = run(words('gabarit doctor'))
  assert.is(status, 1)
  assert.match(stdout, /^error {4}console: the console is on/m)
  // A stand-in for systemd, which the unit of the pages leaves down.
  mkdirSync('/run/systemd/system', { recursive: true })
  assert.match(run(words('gabarit doctor')).stdout, 'run: systemctl restart gabarit-helper.socket gabarit-web.service')
  rmSync('/run/systemd', { recursive: true })
})

step('the real console, as the user of its own, answers through both', async () => {
  await startConsole(front.daemons)
  assert.match(run(words('gabarit doctor')).stdout, /^ok {7}console: the console answers/m)
  assert.is(run(words('gabarit web enable alice')).stderr, '')
  for (const server of ['nginx', 'httpd']) {
    must(words(`config set WebFrontend ${server}`))
    front.apply()
    assert.match(front.visit(`${CONSOLE}/login`).body, '<form')
  }
})

step('only the user of the pages and root reach the helper, whatever group somebody else has', () => {
  const connect =
    "require('net').connect(process.argv[1]).on('error', e => console.log(e.code)).on('connect', () => process.exit())"
  const connectAs = (user: string) =>
    must([
      'setpriv',
      '--reuid',
      user,
      '--regid',
      'gabarit-web',
      '--clear-groups',
      process.execPath,
      '-e',
      connect,
      HELPER,
    ])
  assert.equal(['root', 'gabarit-web', 'www-data', 'nobody'].map(connectAs), ['', '', 'EACCES\n', 'EACCES\n'])
})

tests.run()
