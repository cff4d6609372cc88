// What needs a service that is disabled is told, by events for it, apply, lint and status alike.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, Server } from '../services/server.ts'
import { needsCommands } from '../support/packages.ts'
import { testIf } from '../support/skip.ts'

const waiting = suite('records whose service is disabled')
const reason = needsCommands('openssl')

const NGINX =
  /nginx is disabled, and this needs it: (.*)\. To enable it: config setprop nginx status enabled, then: signal-event nginx-update/

function said(server: Server, command: string): string {
  const { status, stdout, stderr } = server.run(command)
  assert.ok(status === 0 || command.includes('lint'), stderr)
  return stdout + stderr
}

testIf(waiting, reason, 'a proxy, by its events, nginx-update, apply, lint and status, until nginx is enabled', () => {
  const server = new Server({ configuration: configuration() })
  server.must('signal-event post-install')
  server.must('db proxies set one.example.org proxy Upstreams http://10.0.0.5')
  server.must('db proxies set off.example.org proxy Upstreams http://10.0.0.5 status disabled')
  for (const command of ['gabarit status', 'gabarit apply --dry-run', 'signal-event proxy-create one.example.org'])
    assert.is(NGINX.exec(said(server, command))?.[1], 'proxies one.example.org', command)
  server.must('db proxies set game stream Port 25565 Upstreams 10.0.0.6:25565')
  assert.is(NGINX.exec(said(server, 'signal-event proxy-create game'))?.[1], 'proxies game')
  for (const command of ['signal-event nginx-update', 'signal-event console-save', 'gabarit lint'])
    assert.is(NGINX.exec(said(server, command))?.[1], 'proxies game, proxies one.example.org', command)
  for (const event of [
    'domain-create example.org',
    'ssl-update',
    'remoteaccess-update',
    'proxy-modify off.example.org',
  ])
    assert.not.match(said(server, `signal-event ${event}`), NGINX, event)
  server.must('db proxies delete game')
  server.must('config setprop nginx status enabled')
  assert.not.match(said(server, 'signal-event proxy-modify one.example.org'), NGINX)
  server.remove()
})

testIf(waiting, reason, 'what other services are needed for, and the first ten of many', () => {
  const forward = { Protocol: 'tcp', Port: '2222', DestHost: '192.168.0.9' }
  const server = new Server({
    configuration: configuration({
      httpd: ['service', { status: 'disabled' }],
      openvpn: ['service', { status: 'disabled', redirectGateway: 'yes' }],
      'openvpn-office': ['service', { status: 'enabled', Masquerade: 'yes', UDPPort: '1195', network: '10.9.0.0/24' }],
    }),
    networks: {
      '192.168.0.0': ['network', { Mask: '255.255.255.0' }],
      '192.168.50.0/24': ['network', { Guest: 'yes' }],
    },
    portforwards: Object.fromEntries(
      [...Array(12).keys()].map(n => [`f${n}`, ['portforward', { ...forward, Port: `${3000 + n}` }]]),
    ),
    accounts: { shop: ['ibay', { Name: 'Shop' }] },
    vpn: {
      anna: ['client', { server: 'openvpn' }],
      bert: ['client', { server: 'openvpn', status: 'revoked' }],
      carl: ['client', { server: 'openvpn-office' }],
    },
  })
  server.must('gabarit initialize-default-databases')
  const lint = said(server, 'gabarit lint')
  const needing = (service: string) =>
    new RegExp(`^warning: ${service} is disabled, and this needs it: (.*)\\. To enable it: (.*)$`, 'm')
      .exec(lint)
      ?.slice(1)
  assert.equal(needing('openvpn'), [
    'vpn anna',
    'config setprop openvpn status enabled, then: signal-event openvpn-update',
  ])
  assert.equal(needing('httpd')?.[0], 'accounts shop')
  assert.match(
    needing('firewall')?.[0] ?? '',
    /^Masquerade of configuration openvpn-office, Guest of networks 192\.168\.50\.0\/24, portforwards f0, .* and 4 more$/,
  )
  server.remove()
})

waiting.run()
