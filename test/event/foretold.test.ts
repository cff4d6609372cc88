// What a dry run and a check say of each event that we ship is what it then does: actions, databases, files, services, status.
import { cpSync, rmSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listEvents } from '../../src/event/load.ts'
import { findPlaces } from '../../src/system/places.ts'
import { PROJECT, Sandbox } from '../support/sandbox.ts'

/** The settings that are changed before an event is signalled, and its arguments. */
type Case = readonly [args: string, ...changes: string[]]

const NGINX = 'config setprop nginx status enabled'
const PROXY = 'db proxies set app.two.org proxy Upstreams http://127.0.0.1:9999'

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'bootstrap-console-save': [[''], ['', 'db domains set three.org domain Content Primary']],
  'console-save': [[''], ['', 'config setprop httpd TCPPort 8080', 'db accounts set new ibay Name New']],
  'domain-create': [['three.org', 'db domains set three.org domain Content Primary']],
  'domain-delete': [['two.org', 'db domains delete two.org']],
  'domain-modify': [['two.org', 'db domains setprop two.org letsencryptSSLcert enabled'], ['']],
  'email-update': [['', 'config setprop letsencrypt email a@example.org']],
  'firewall-update': [['', 'config setprop firewall status enabled']],
  'host-create': [['nas.two.org', 'db hosts set nas.two.org host HostType Local InternalIP 192.168.1.9']],
  'host-delete': [['www.two.org', 'db hosts delete www.two.org']],
  'host-modify': [['www.two.org', 'db hosts setprop www.two.org letsencryptSSLcert enabled'], ['']],
  'ibay-modify': [
    ['shop', 'db accounts setprop shop PublicAccess local'],
    ['new', 'db accounts set new ibay Name New'],
  ],
  'backup-update': [['', 'config setprop backup status enabled']],
  'fleet-update': [['', 'config setprop fleet Interval 30']],
  'letsencrypt-modify': [['', 'config setprop letsencrypt status test ACCEPT_TERMS yes email a@example.org']],
  'network-update': [['', 'db networks set 192.168.5.0 network Mask 255.255.255.0']],
  'nginx-update': [
    ['', NGINX],
    ['', NGINX, 'config set WebFrontend nginx'],
  ],
  'openvpn-update': [
    ['', 'config setprop openvpn port 1195'],
    ['', 'config setprop openvpn status disabled'],
  ],
  'post-install': [['']],
  'post-upgrade': [['', 'config delprop httpd TCPPort']],
  'proxy-create': [['app.two.org', PROXY, NGINX]],
  'proxy-delete': [['app.two.org']],
  'proxy-modify': [['', PROXY, NGINX, 'config set WebFrontend nginx']],
  'remoteaccess-update': [['', 'config setprop sshd PasswordAuthentication no TCPPort 2222']],
  'sso-update': [['', 'config setprop sso SessionHours 5']],
  'server-manager-update': [['', 'config setprop httpd-admin status enabled Manager console']],
  'ssl-update': [['']],
  'vpn-client-create': [['phone', 'db vpn set phone client'], ['laptop'], ['nobody']],
  'vpn-client-modify': [['laptop', 'db vpn setprop laptop Address 10.8.0.77']],
  'vpn-client-renew': [['laptop'], ['laptop revoke-old'], ['laptop whatever']],
  'vpn-client-revoke': [['laptop'], ['laptop keyCompromise'], ['nobody']],
  'vpn-crl-update': [['']],
}

const SETTINGS = [
  'db domains set two.org domain Content Primary',
  'db hosts set www.two.org host HostType Self',
  'db accounts set shop ibay Name Shop',
  'db vpn set laptop client server openvpn',
]

interface Report {
  readonly plan: string
  readonly handlers: readonly { readonly name: string }[]
  readonly databases: unknown
  readonly files: readonly { readonly path: string; readonly change: string }[]
  readonly services: readonly { readonly service: string; readonly command: string }[]
}

const foretold = suite('events do what their dry runs say')
const box = new Sandbox()
const servers = { new: `${box.root}.new`, used: `${box.root}.used` }

foretold.before(() => {
  box.must('config set DomainName example.org')
  box.must('config set SystemName server')
  cpSync(box.root, servers.new, { recursive: true, verbatimSymlinks: true })
  box.must('signal-event post-install')
  box.must('config setprop openvpn status enabled proto udp port 1194 network 10.8.0.0/24')
  for (const setting of SETTINGS) box.must(setting)
  box.must('signal-event console-save')
  box.must('signal-event vpn-client-create laptop')
  cpSync(box.root, servers.used, { recursive: true, verbatimSymlinks: true })
})
foretold.after(() => {
  for (const root of [box.root, servers.new, servers.used]) rmSync(root, { recursive: true })
})

/** How it ended, and what was or would be done. The revocation list is no file of the plan: its entry calls it lasting. */
function deeds(command: string) {
  const { status, stdout, stderr } = box.run(command)
  if (!stdout.startsWith('{')) return { done: { status, stderr } }
  const { plan, handlers, databases, files, services }: Report = JSON.parse(stdout)
  const done = {
    status,
    handlers: handlers.map(({ name }) => name),
    databases,
    files: files.filter(({ path }) => path !== '/etc/openvpn/server/crl.pem').map(({ path, change }) => [path, change]),
    services: services.map(({ service, command }) => [service, command]),
  }
  return { plan, done }
}

foretold('every event has a case', () => {
  const places = findPlaces(PROJECT, {}, box.root)
  assert.equal(listEvents(places), Object.keys(CASES).sort())
})

for (const [name, root] of Object.entries(servers))
  for (const [event, cases] of Object.entries(CASES))
    for (const [args, ...changes] of name === 'new' ? cases.slice(0, 1) : cases)
      foretold(`${[event, args, ...changes].filter(Boolean).join('; ')} (${name} server)`, () => {
        rmSync(box.root, { recursive: true })
        cpSync(root, box.root, { recursive: true, verbatimSymlinks: true })
        for (const change of changes) box.run(change)
        const signal = (option: string) => deeds(`signal-event --json ${option} ${event} ${args}`)
        const [dry, check] = [signal('--dry-run'), signal('--check')]
        const real = signal(dry.plan === undefined ? '' : `--plan ${dry.plan}`)
        assert.equal(dry.done, real.done)
        assert.equal(check.done, real.done)
      })

foretold.run()
