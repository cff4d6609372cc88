import { X509Certificate } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { PROJECT } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { configuration, domain, host, Server } from './server.ts'

const FILE = '/var/lib/gabarit/ssl/self-signed.pem'
const ACTION = join(PROJECT, 'events/actions/make-self-signed-certificate')

const selfSigned = suite('self-signed certificate')
const reason = needsCommands('openssl')
let server: Server

selfSigned.before.each(() => {
  server = new Server({ configuration: configuration() })
})
selfSigned.after.each(() => server.remove())

const act = () => server.must([ACTION, 'ssl-update'])
const certificate = () => new X509Certificate(server.read(FILE))

testIf(selfSigned, reason, 'is made when there is none, readable by nobody else', () => {
  act()
  const { subject, issuer, subjectAltName, ca } = certificate()
  assert.is(subject, 'CN=mine.example.org')
  assert.is(issuer, subject)
  assert.is(subjectAltName, 'DNS:mine.example.org, DNS:example.org, DNS:*.example.org')
  assert.not(ca)
  assert.match(server.read(FILE), 'BEGIN PRIVATE KEY')
  assert.is(statSync(server.path(FILE)).mode & 0o777, 0o600)
  assert.is(statSync(join(server.path(FILE), '..')).mode & 0o777, 0o700)
})

testIf(selfSigned, reason, 'a new one is loaded by all that serve it, whatever the event is about', () => {
  server.must('config setprop nginx status enabled')
  const adjusted = () => server.must('signal-event server-manager-update').match(/^(httpd|nginx): would/gm)
  server.must('signal-event console-save')
  assert.is(adjusted(), null)
  server.must('db domains set shop.net domain')
  assert.equal(adjusted()?.sort(), ['httpd: would', 'nginx: would'])
})

testIf(selfSigned, reason, 'stays while it is good', () => {
  act()
  const before = server.read(FILE)
  act()
  assert.is(server.read(FILE), before)
})

testIf(selfSigned, reason, 'is made anew for other names, and when it is damaged', () => {
  act()
  server.must('config setprop modSSL CommonName shop.example.org')
  act()
  assert.is(certificate().subject, 'CN=shop.example.org')
  server.write(FILE, server.read(FILE).slice(0, 300), 0o600)
  act()
  assert.is(certificate().subject, 'CN=shop.example.org')
  server.write(FILE, '', 0o600)
  act()
  assert.is(certificate().subject, 'CN=shop.example.org')
})

testIf(selfSigned, reason, 'is for all names that are served, and made anew only for a further one', () => {
  act()
  for (const line of [
    'db domains set shop.net domain',
    'db hosts set www.shop.net host HostType Self',
    'db hosts set a.b.shop.net host HostType Self',
    'db hosts set elsewhere.net host HostType Remote',
    'db proxies set Cloud.io proxy Upstreams http://192.0.2.1 Aliases files.cloud.io',
    'db proxies set off.io proxy Upstreams http://192.0.2.1 status disabled',
  ])
    server.must(line)
  act()
  const names =
    'mine.example.org, example.org, *.example.org, shop.net, *.shop.net, a.b.shop.net, cloud.io, files.cloud.io'
  assert.is(certificate().subjectAltName?.replaceAll('DNS:', ''), names)
  const before = server.read(FILE)
  server.must('db proxies delete Cloud.io')
  act()
  assert.is(server.read(FILE), before)
})

testIf(selfSigned, reason, 'names that are left out of it are told', () => {
  const hosts: Record<string, ReturnType<typeof host>> = { 'a_b.elsewhere.net': host(), 'a_b.example.org': host() }
  for (let number = 1; number <= 1010; number++) hosts[`h${number}.net`] = host()
  server.remove()
  server = new Server({ configuration: configuration(), domains: { 'example.org': domain() }, hosts })
  const { stderr } = server.run('signal-event ssl-update')
  assert.match(stderr, 'warning: "a_b.elsewhere.net" is not a host name: left out of the self-signed certificate\n')
  assert.not.match(stderr, 'warning: "a_b.example.org"', 'the wildcard covers it')
  assert.match(stderr, /has at most 1000 names\. Left out: (h\d+\.net, ){9}h\d+\.net and 3 more\n/)
})

testIf(selfSigned, reason, 'is not made for a name that is none', () => {
  const run = server.run(['config', 'set', 'DomainName', 'x\n[x]'], { env: { GABARIT_VALIDATE: 'off' } })
  assert.is(run.status, 0, run.stderr)
  const { status, stderr } = server.run([ACTION, 'ssl-update'])
  assert.is.not(status, 0)
  assert.match(stderr, 'not a host name')
  assert.not(server.exists(FILE))
})

selfSigned.run()
