// Who may read a private site: the real nginx in front of the real Apache, on `/`, in private namespaces.
import { writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Front } from '../support/front.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { must, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'

const reason = needsCommands('nginx', 's6-svscan', 'curl', 'openssl', 'apache2', 'ip') ?? enterNamespace('home')
const sites = suite('private sites')
const step = stepsOf(sites, reason)
const front = new Front()
sites.after(() => front.stop())

const WIKI = 'wiki.example.com'
const upstream = { Upstreams: 'http://127.0.0.1:3001' }
const status = (name: string, address: string) => front.visit(`https://${name}/`, '--interface', address).status
const [LOCAL, VPN, ROAD, OTHER] = ['10.50.1.5', '10.50.2.5', '10.50.3.5', '10.50.4.5']

step('the networks of VPN clients count as local, while the VPN is enabled', async () => {
  for (const address of [LOCAL, VPN, ROAD, OTHER]) must(words(`ip address add ${address}/32 dev lo`))
  await front.start({ '3001': 'wiki' })
  for (const line of [
    'db networks set 10.50.1.0 network Mask 255.255.255.0',
    'config setprop openvpn network 10.50.2.0/24',
    'config set wireguard service status enabled access private TunnelInterface wg0 TunnelNetwork 10.50.3.0/24',
    'config setprop httpd access private',
    'config setprop modSSL access private',
  ])
    must(words(line))
  writeFileSync('/srv/ibays/Primary/html/index.html', 'home')
  front.record(WIKI, 'proxy', { ...upstream, access: 'private' })
  front.apply()
  const answers = (name: string) => [LOCAL, VPN, ROAD, OTHER].map(from => status(name, from))
  for (const name of [WIKI, 'example.com']) assert.equal(answers(name), [200, 403, 200, 403], name)
  must(words('config setprop openvpn status enabled'))
  front.apply()
  for (const name of [WIKI, 'example.com']) assert.equal(answers(name), [200, 200, 200, 403], name)
})

step('while a tunnel client brings visitors from elsewhere, this machine is not local', () => {
  const answers = () => [WIKI, 'example.com'].map(name => [LOCAL, '127.0.0.1'].map(from => status(name, from)))
  const open = [200, 200]
  assert.equal(answers(), [open, open])
  for (const server of ['nginx', 'httpd']) {
    must(['config', 'setprop', server, 'LocalTunnel', 'yes'])
    front.apply()
    const closed = [200, 403]
    assert.equal(answers(), [closed, closed])
    must(['config', 'setprop', server, 'LocalTunnel', 'no'])
  }
  must(words('db proxies setprop wiki.example.com access public AllowedNetworks 10.50.4.0/24'))
  must(words('config setprop httpd LocalTunnel yes'))
  must(words('db networks delete 10.50.1.0'))
  must(words('config setprop openvpn status disabled'))
  must(words('config setprop wireguard status disabled'))
  front.apply()
  const from = (name: string) => [LOCAL, OTHER, '127.0.0.1'].map(address => status(name, address))
  assert.equal(
    [from(WIKI), from('example.com')],
    [
      [403, 200, 403],
      [403, 403, 403],
    ],
    'nobody is local',
  )
})

step(
  'a network of AllowedNetworks is written as one: an address with a length is refused, and told if it is there already',
  () => {
    const set = ['db', 'proxies', 'setprop', WIKI, 'access', 'public', 'AllowedNetworks', '10.50.4.5/24']
    const refused = run(set)
    assert.is(refused.status, 3)
    assert.match(refused.stderr, 'did you mean "10.50.4.0/24"?')
    must(set, { env: { GABARIT_VALIDATE: 'off' } })
    const { status, stderr } = run(words('expand-template --stdout /etc/nginx/conf.d/sites-available'), {
      env: { GABARIT_VALIDATE: 'off' },
    })
    assert.is(status, 3)
    assert.match(
      stderr,
      `the record "${WIKI}", property AllowedNetworks: "10.50.4.5/24" is not an address or a network`,
    )
  },
)

step('an unknown word for access closes a site, a path and a stream to everybody, with a warning', () => {
  const off = { env: { GABARIT_VALIDATE: 'off' } }
  const path = { ...upstream, Path: '/in/' }
  const event = () => {
    const { status, stderr } = run(words('signal-event nginx-update'), off)
    assert.is(status, 0, stderr)
    return stderr
  }
  const answers = (...urls: string[]) =>
    urls.map(url => [LOCAL, OTHER, '127.0.0.1'].map(from => front.visit(url, '--interface', from).status))
  const [closed, open] = [
    [403, 403, 403],
    [200, 200, 200],
  ]
  const record = (key: string, type: string, properties: Readonly<Record<string, string>>) =>
    must(['db', 'proxies', 'set', key, type, ...Object.entries(properties).flat()], off)
  must(words('config setprop modSSL access public'))
  for (const word of ['Private', '']) {
    record('in', 'location', path)
    record(WIKI, 'proxy', { ...upstream, Locations: 'in', access: word })
    must(['config', 'setprop', 'modSSL', 'access', word], off)
    assert.match(event(), `${WIKI} is closed to everybody: access ${JSON.stringify(word)} is not known`)
    assert.equal(answers(`https://${WIKI}/`, `https://${WIKI}/in/`, 'https://example.com/'), [closed, closed, closed])
    record('in', 'location', { ...path, access: word })
    record(WIKI, 'proxy', { ...upstream, Locations: 'in' })
    must(words('config setprop modSSL access public'))
    assert.match(event(), `in is closed to everybody: access ${JSON.stringify(word)} is not known`)
    assert.equal(answers(`https://${WIKI}/`, `https://${WIKI}/in/`, 'https://example.com/'), [open, closed, open])
    record('door', 'stream', { Upstreams: '127.0.0.1:3001', Port: '3100', access: word })
    assert.match(event(), `door is closed to everybody: access ${JSON.stringify(word)} is not known`)
    assert.throws(() => front.visit('http://127.0.0.1:3100/'), /curl/)
    must(words('db proxies setprop door access public'))
    event()
    assert.is(front.visit('http://127.0.0.1:3100/').status, 200)
    must(words('db proxies delete door'))
  }
})

sites.run()
