// The units of the console, judged by systemd itself, and when they are made.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, Server } from '../services/server.ts'
import { needsCommands } from '../support/packages.ts'
import { BIN, run } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { waitFor } from '../support/wait.ts'
import { ConsoleServer } from './console-server.ts'

const units = suite('units of the console')
const FOLDER = '/etc/systemd/system'
const NAMES = ['gabarit-helper.service', 'gabarit-helper.socket', 'gabarit-web.service']

/** A server whose console is on. */
function serverWithConsole(): Server {
  const server = new Server({ configuration: configuration() })
  server.must('config setprop httpd-admin status enabled Manager console')
  return server
}

testIf(units, needsCommands('systemd-analyze'), 'systemd accepts them and starts them with the machine', () => {
  const server = serverWithConsole()
  for (const name of NAMES) server.must(`expand-template ${FOLDER}/${name}`)
  const { status, stderr } = run(['systemd-analyze', 'verify', ...NAMES.map(name => server.path(`${FOLDER}/${name}`))])
  assert.equal([status, stderr], [0, ''])
  for (const link of ['sockets.target.wants/gabarit-helper.socket', 'multi-user.target.wants/gabarit-web.service'])
    assert.ok(server.exists(`${FOLDER}/${link}`), link)
  server.remove()
})

testIf(units, needsCommands('systemd-analyze'), 'the pages are confined', () => {
  const server = serverWithConsole()
  server.must(`expand-template ${FOLDER}/gabarit-web.service`)
  const file = server.path(`${FOLDER}/gabarit-web.service`)
  const { stdout, stderr } = run(['systemd-analyze', 'security', '--offline=true', '--no-pager', file])
  const [, exposure = '10'] = /exposure level for \S+: ([\d.]+)/.exec(stdout) ?? []
  assert.ok(Number(exposure) <= 0.5, exposure + stderr)
  server.remove()
})

units('only the web server connects to the pages, and only the pages to the helper', () => {
  const server = serverWithConsole()
  server.must('config setprop httpd Group webbers')
  const helper = server.lines(`${FOLDER}/gabarit-helper.socket`)
  for (const line of ['SocketUser=gabarit-web', 'SocketMode=0600']) assert.ok(helper.includes(line), line)
  const web = server.expand(`${FOLDER}/gabarit-web.service`)
  assert.match(web, 'ExecStartPre=+/usr/bin/install -d -o gabarit-web -g webbers -m 2750 /run/gabarit-web\n')
  assert.match(web, 'UMask=0007\n')
  server.remove()
})

units('an event makes them when the console is on, and removes them when it is off', () => {
  const server = serverWithConsole()
  const made = () => NAMES.filter(name => server.exists(`${FOLDER}/${name}`))
  server.must('signal-event server-manager-update')
  assert.equal(made(), NAMES)
  server.must('config setprop httpd-admin Manager port')
  server.must('signal-event console-save')
  assert.equal(made(), [])
  assert.not(server.exists(`${FOLDER}/multi-user.target.wants/gabarit-web.service`))
  server.remove()
})

testIf(
  units,
  needsCommands('systemd-analyze'),
  'the own port: for local networks only, and it can do nothing else',
  () => {
    const server = serverWithConsole()
    const unit = 'gabarit-console-port.service'
    server.must('db networks set 192.168.1.0 network Mask 255.255.255.0')
    server.must('signal-event server-manager-update')
    assert.not(server.exists(`${FOLDER}/${unit}`), 'off unless somebody asks for it')
    server.must('config setprop console-port status enabled')
    server.must('signal-event server-manager-update')
    const lines = server.lines(`${FOLDER}/${unit}`)
    for (const line of ['DynamicUser=yes', 'IPAddressDeny=any', 'IPAddressAllow=192.168.1.0/24', 'PrivateUsers=no'])
      assert.ok(lines.includes(line), line)
    const start = lines.find(line => line.startsWith('ExecStart=')) ?? ''
    assert.match(
      start,
      / --port 981 --pem %d\/certificate,%d\/key --networks 127\.0\.0\.0\/8,::1\/128,192\.168\.1\.0\/24 /,
    )
    const file = server.path(`${FOLDER}/${unit}`)
    const { status, stderr } = run(['systemd-analyze', 'verify', file])
    assert.equal([status, stderr], [0, ''])
    const { stdout } = run(['systemd-analyze', 'security', '--offline=true', '--no-pager', file])
    const [, exposure = '10'] = /exposure level for \S+: ([\d.]+)/.exec(stdout) ?? []
    assert.ok(Number(exposure) <= 2, exposure)
    server.must('config setprop console-port TCPPort 9981')
    server.must('db networks set 10.8.0.0 network Mask 255.255.0.0')
    server.must('signal-event network-update')
    assert.match(server.read(`${FOLDER}/${unit}`), 'IPAddressAllow=10.8.0.0/16')
    assert.not.match(server.read(`${FOLDER}/${unit}`), 'CAP_NET_BIND_SERVICE', 'only a low port needs it')
    server.must('config setprop httpd-admin status disabled')
    server.must('signal-event server-manager-update')
    assert.not(server.exists(`${FOLDER}/${unit}`))
    server.remove()
  },
)

testIf(
  units,
  needsCommands('systemd-socket-activate'),
  'the helper takes the socket that systemd passes, and ends when nobody asks',
  async () => {
    const server = new ConsoleServer()
    const kept = ['GABARIT_ROOT', 'PATH'].flatMap(name => ['-E', name])
    const helper = [join(BIN, 'gabarit'), 'web', 'helper', '--idle', '1']
    const started = server.start(['systemd-socket-activate', '-l', server.socket, ...kept, ...helper])
    try {
      await waitFor('the socket', () => existsSync(server.socket))
      const answer = await server.client.ask({ ask: 'logout', session: 'none' })
      assert.equal(answer, { kind: 'done', byGateway: false })
      await waitFor('its end', () => started.exitCode === 0)
    } finally {
      started.kill()
      server.remove()
    }
  },
)

units.run()
