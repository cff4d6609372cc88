// Names of servers behind nginx: those that move or are gone, and those that only Docker knows. The real nginx and a real DNS
// server, on `/`, in private namespaces.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { throughNginx } from '../support/front.ts'
import { must, run, words } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'

const { tests: names, step, front } = throughNginx('names of servers behind nginx', 'pebble-challtestsrv', 'dnsmasq')

const [PLEX, WIKI] = ['plex.example.com', 'wiki.example.com']
const MANAGEMENT = 'http://127.0.0.1:8055'
const dns = (path: string, data: object) => front.visit(`${MANAGEMENT}/${path}`, '-d', JSON.stringify(data))
const address = (host: string, ...addresses: string[]) => {
  dns('clear-a', { host: `${host}.` })
  dns('add-a', { host: `${host}.`, addresses })
}

step('a server behind nginx, and one on another address', async () => {
  await front.start({ '3001': 'plex' })
  const server = 'server { listen 127.0.0.2:3001; return 200 "{\\"name\\":\\"moved\\",\\"url\\":\\"$request_uri\\"}"; }'
  await front.startNginx('second', server, () => run(['curl', '-s', '127.0.0.2:3001']).status === 0)
  const none = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv4', '', '-defaultIPv6', '']
  const command = ['pebble-challtestsrv', '-dns01', '127.0.0.1:53', '-management', '127.0.0.1:8055', ...none]
  await front.daemons.start('dns', command, () => front.visit(MANAGEMENT).status > 0)
})

step('without a resolver, a dead name fails alone until it is back, and its record is named', async () => {
  front.record(WIKI, 'proxy', { Upstreams: 'http://gone.lan:3001' })
  front.record(PLEX, 'proxy', { Upstreams: 'http://127.0.0.1:3001' })
  // One that says that a name does not exist; that of pebble only gives no answer, which says nothing.
  const known = join(front.folder, 'known')
  mkdirSync(known)
  const alone = [
    '--listen-address=127.0.0.53',
    '--bind-interfaces',
    '--no-resolv',
    '--no-hosts',
    '--local=/lan/',
    '--cname=back.lan,gone.lan',
  ]
  const dnsmasq = [
    'dnsmasq',
    '-k',
    '-C',
    '/dev/null',
    '-u',
    'root',
    ...alone,
    `--hostsdir=${known}`,
    '-x',
    `${known}.pid`,
  ]
  await front.daemons.start('dnsmasq', dnsmasq, () => existsSync(`${known}.pid`))
  const resolving = readFileSync('/etc/resolv.conf', 'utf8')
  writeFileSync('/etc/resolv.conf', resolving.replace('127.0.0.1', '127.0.0.53'))
  const said = 'wiki.example.com: gone.lan has no address in the DNS, so visitors get 502 until it has one'
  assert.match(front.apply(), said)
  assert.is(front.visit(`https://${WIKI}/`).status, 502)
  assert.is(front.seen(`https://${PLEX}/`).name, 'plex')
  writeFileSync(join(known, 'hosts'), '127.0.0.1 gone.lan\n')
  await waitFor('the name', () => front.visit(`https://${WIKI}/`).status === 200)
  assert.not.match(front.apply(), said)
  // A name that leads here by the DNS or /etc/hosts would make a loop.
  const hosts = readFileSync('/etc/hosts', 'utf8')
  writeFileSync('/etc/hosts', `${hosts}127.0.0.1 own.lan\n`)
  for (const name of ['gone.lan', 'back.lan', 'own.lan']) {
    front.record(WIKI, 'proxy', { Upstreams: `http://${name}` })
    front.refused(/wiki\.example\.com: the server http:\S+ is this server itself/)
    front.record(WIKI, 'stream', { Upstreams: `${name}:443` })
    front.refused(/wiki\.example\.com: the server \S+ is this server itself/)
  }
  writeFileSync('/etc/hosts', hosts)
  front.record(WIKI, 'proxy', { Upstreams: 'http://gone.lan:3001' })
  must(words('db domains set shop.example.com domain ProxyPassTarget http://back.lan/'))
  front.refused(/domain shop\.example\.com: ProxyPassTarget http:\/\/back\.lan\/ is this server itself/)
  must(words('db domains delete shop.example.com'))
  assert.match(readFileSync(`/etc/nginx/conf.d/sites-available/${WIKI}.conf`, 'utf8'), 'server gone.lan:3001;')
  // Of several servers, the others answer, even if it is the one for emergencies.
  front.record(WIKI, 'proxy', { Upstreams: 'http://lost.lan:3001,http://127.0.0.1:3001 backup' })
  assert.match(front.apply(), 'lost.lan has no address in the DNS, so it gets no requests')
  assert.is(front.seen(`https://${WIKI}/`).name, 'plex')
  front.record(WIKI, 'proxy', { Upstreams: 'http://127.0.0.1:3001', AuthURL: 'http://auth.lan/check' })
  assert.match(front.apply(), 'auth.lan has no address in the DNS, so nobody gets in')
  assert.is(front.visit(`https://${WIKI}/`).status, 500)
  assert.is(front.seen(`https://${PLEX}/`).name, 'plex')
  writeFileSync('/etc/resolv.conf', resolving)
  front.record(WIKI, 'proxy', { Upstreams: 'http://gone.lan:3001' })
  front.refused(/host not found in upstream "gone.lan:3001"[\s\S]*for the record wiki.example.com of proxies/)
})

step('with a resolver, a dead name fails alone', () => {
  must(words('config setprop nginx Resolver 127.0.0.1'))
  front.apply()
  assert.is(front.visit(`https://${WIKI}/`).status, 502)
  assert.is(front.seen(`https://${PLEX}/`).name, 'plex')
})

step('with a resolver, a name that moves is followed, also below a path', async () => {
  address('moving.lan', '127.0.0.1')
  const Upstreams = 'http://moving.lan:3001'
  front.record('api', 'location', { Upstreams, Path: '/a%2Bb.c', UpstreamPath: '/v2/' })
  front.record('one', 'location', { Upstreams, Path: '/one', Match: 'exact', UpstreamPath: '/v3' })
  front.record(WIKI, 'proxy', { Upstreams, Locations: 'api,one' })
  front.apply()
  const asked = (path: string) => {
    const { name, url } = front.seen(`https://${WIKI}${path}`)
    return `${name} ${url}`
  }
  assert.is(asked('/x%20y?a=1'), 'plex /x%20y?a=1')
  assert.is(asked('/a+b.c/x%20y?a=1'), 'plex /v2/x%20y?a=1')
  assert.is(asked('/a+b.c'), 'plex /v2/')
  assert.is(asked('/aab.c/'), 'plex /aab.c/')
  assert.is(asked('/one?b'), 'plex /v3?b')
  address('moving.lan', '127.0.0.2')
  await waitFor('nginx to ask again', () => asked('/x') === 'moved /x')
  assert.is(asked('/a+b.c/x'), 'moved /v2/x')
})

step('in a container, the names of other containers are known; other mistakes are not', () => {
  must(words('config set WebFrontend httpd'))
  must(words('config delprop nginx Resolver'))
  front.record(WIKI, 'proxy', { Upstreams: 'http://plex:32400, http://host.docker.internal:8096 backup' })
  const check = () => run(words('signal-event --check nginx-update'))
  assert.match(check().stderr, 'host not found in upstream "plex:32400"')
  must(words('config setprop nginx Container front'))
  const { status, stdout, stderr } = check()
  assert.is(status, 0, stdout + stderr)
  must(['db', 'proxies', 'setprop', WIKI, 'MaxBodySize', '99999999999999999999g'])
  assert.match(check().stderr, '"client_max_body_size" directive invalid value')
})

names.run()
