// Two servers on one port, as the records alone tell: lint, status and events say the same.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { words } from '../support/sandbox.ts'
import { configuration, Server } from './server.ts'

const clashes = suite('clashes of ports')

function makeServer(): Server {
  const nginx = ['service', { status: 'enabled' }] as const
  return new Server({ configuration: configuration({ nginx, WebFrontend: ['nginx'] }) })
}

const stream = (name: string, port: string, ...more: string[]) =>
  ['db', 'proxies', 'set', name, 'stream', 'Port', port, 'Upstreams', '10.0.0.3:25565', ...more] as const

const CASES: readonly [commands: readonly (readonly string[])[], said: string][] = [
  [
    [stream('a', '2000'), stream('b', '2000')],
    'b: port 2000 (tcp) is already that of a: db proxies setprop b Port … (or db proxies setprop a Port …)',
  ],
  [
    [stream('a', '443')],
    'a: port 443 (tcp) is already that of nginx: db proxies setprop a Port … (or config setprop nginx TCPPorts …)',
  ],
  [[stream('a', '10080')], 'a: port 10080 (tcp) is already that of httpd: '],
  [
    [words('config setprop openvpn status enabled port 1195'), stream('a', '1195', 'Protocol', 'both')],
    'a: port 1195 (udp) is already that of openvpn: db proxies setprop a Port … (or config setprop openvpn port …)',
  ],
  [
    [words('config set gitea service status enabled TCPPorts 2000:3000'), stream('a', '2500')],
    'a: port 2500 (tcp) is already that of gitea: ',
  ],
  [
    [words('config setprop nginx TCPPorts 80,80')],
    'nginx: port 80 (tcp) is already that of nginx: config setprop nginx',
  ],
  [[words('config setprop httpd BehindPorts 80,10443')], 'httpd: port 80 (tcp) is already that of nginx: '],
  [
    [words('config set WebFrontend httpd'), words('config setprop httpd TCPPort 10080')],
    'httpd: port 10080 (tcp) is already that of nginx: config setprop httpd TCPPort … (or config setprop nginx Behind',
  ],
  [[words('config setprop openvpn status enabled proto tcp port 443')], 'openvpn: port 443 (tcp) is already that of '],
]

for (const [commands, said] of CASES)
  clashes(said, () => {
    const server = makeServer()
    for (const command of commands) server.must(command)
    const lint = server.run('gabarit lint')
    assert.is(lint.status, 1)
    assert.ok(lint.stdout.includes(said), lint.stdout)
    assert.ok(server.run('gabarit status').stdout.includes(said))
    const event = server.run('signal-event nginx-update')
    assert.is(event.status, 3)
    assert.ok(event.stderr.startsWith(said), event.stderr)
    assert.match(event.stderr, /^.*\n {2}Refused by \S+\n {2}Nothing was changed.\n$/)
    server.remove()
  })

clashes('what does not clash is no problem', () => {
  const server = makeServer()
  server.must('config setprop openvpn status enabled')
  server.must(stream('a', '1194'))
  server.must(stream('b', '2000'))
  server.must(stream('c', '2000', 'status', 'disabled'))
  server.must('config set gitea service status disabled TCPPort 2000')
  assert.is(server.run('gabarit lint').status, 0)
  server.must('signal-event nginx-update')
  server.remove()
})

for (const [what, event, line] of [
  ['a stream', 'nginx-update', stream('game', '2000', 'access', 'private')],
  ['a service', 'firewall-update', 'config set game service status enabled TCPPort 2000 access private'],
] as const)
  clashes(`access of ${what} that lets nobody in is told before and by the event`, () => {
    const server = makeServer()
    server.must('config setprop firewall status enabled')
    server.must(line)
    const said = 'game has access private, but there is no local network, so only this machine gets in'
    for (const command of ['gabarit lint', 'gabarit status', `signal-event ${event}`]) {
      const { stdout, stderr } = server.run(command)
      assert.is(`${stdout}${stderr}`.split(said).length, 2, command)
    }
    server.must('db networks set fd00:1::/64 network')
    assert.not.match(server.run(`signal-event ${event}`).stderr, 'access private')
    server.remove()
  })

clashes('AllowHosts outside the local networks are told where access is private', () => {
  const server = makeServer()
  server.must('config setprop firewall status enabled')
  server.must('db networks set 192.168.7.0 network Mask 255.255.255.0')
  const told = (said: string) => {
    for (const command of ['gabarit lint', 'gabarit status', 'signal-event firewall-update']) {
      const { stdout, stderr } = server.run(command)
      assert.is(`${stdout}${stderr}`.split(said).length, 2, `${command}: ${stdout}${stderr}`)
    }
  }
  server.must('config setprop sshd status enabled access private AllowHosts 203.0.113.0/24,192.168.7.9')
  server.must('config set game service status enabled TCPPort 2000 access private AllowHosts 203.0.113.9,2001:db8::/32')
  told(
    'sshd: access private keeps out 203.0.113.0/24 of AllowHosts, outside the local networks: config setprop sshd acc',
  )
  told(
    'game: access private keeps out 203.0.113.9/32, 2001:db8::/32 of AllowHosts, outside the local networks, so only',
  )
  server.must('config setprop game AllowHosts 192.168.7.0/25')
  server.must('config setprop sshd access public')
  assert.not.match(Object.values(server.run('signal-event firewall-update')).join(), 'keeps out')
  server.remove()
})

clashes.run()
