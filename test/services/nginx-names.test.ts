// Names of servers behind nginx: those that move or are gone, and those that only Docker knows. The real nginx and a real DNS
// server, on `/`, in private namespaces.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { throughNginx } from '../support/front.ts'
import { must, run, words } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'

const { tests: names, step, front } = throughNginx('names of servers behind nginx', 'pebble-challtestsrv')

const [PLEX, WIKI] = ['plex.example.com', 'wiki.example.com']
const MANAGEMENT = 'http://127.0.0.1:8055'
const dns = (path: string, data: object) => front.visit(`${MANAGEMENT}/${path}`, '-d', JSON.stringify(data))
const address = (host: string, ...addresses: string[]) => {
  dns('clear-a', { host: `${host}.` })
  dns('add-a', { host: `${host}.`, addresses })
}

step('a server behind nginx, and one on another address', async () => {
  await front.start({ '3001': 'plex' })
  const conf = join(front.folder, 'second.conf')
  const server = 'server { listen 127.0.0.2:3001; return 200 "{\\"name\\":\\"moved\\",\\"url\\":\\"$request_uri\\"}"; }'
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${front.folder};`)
  writeFileSync(
    conf,
    `daemon off; error_log ${front.folder}/e; pid ${front.folder}/p; events {} http { access_log off; ${places.join(' ')} ${server} }`,
  )
  await front.daemons.start('second', ['nginx', '-c', conf], () => run(['curl', '-s', '127.0.0.2:3001']).status === 0)
  const none = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv4', '', '-defaultIPv6', '']
  const command = ['pebble-challtestsrv', '-dns01', '127.0.0.1:53', '-management', '127.0.0.1:8055', ...none]
  await front.daemons.start('dns', command, () => front.visit(MANAGEMENT).status > 0)
})

step('without a resolver, a dead name is refused, and its record named', () => {
  front.record(WIKI, 'proxy', { Upstreams: 'http://gone.lan:3001' })
  front.record(PLEX, 'proxy', { Upstreams: 'http://127.0.0.1:3001' })
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
