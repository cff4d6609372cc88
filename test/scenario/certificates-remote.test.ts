// Port 80 of the names leads to another machine, which has to show the answers to challenges: a command brings them there, as
// SME Server's hookScript did. With real authorities, dehydrated, and a second machine in a network of its own.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ACME_DAEMONS, AcmeServer } from '../support/acme-server.ts'
import { servedCertificate } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { OTHER, startOtherMachine } from '../support/other-machine.ts'
import { needsCommands } from '../support/packages.ts'
import { type Authority, pointName } from '../support/pebble.ts'
import { stepsOf } from '../support/steps.ts'

const reason = needsCommands(...ACME_DAEMONS, 'ip', 'nsenter', 'unshare') ?? enterNamespace('mine')

const remote = suite('challenges on another machine')
const step = stepsOf(remote, reason)
const server = new AcmeServer()
remote.after(() => server.stop())

const NAMES = ['example.org', 'www.example.org']
/** What the other machine shows under /.well-known/acme-challenge/. */
const shown = join(server.folder, 'other')
const calls = join(server.folder, 'calls')
const called = (step: string) => readFileSync(calls, 'utf8').split(`${step} `).length - 1
let production: Authority

/** The command of the manual, with cp in the place of scp. */
function writeHook(first = ''): void {
  const lines = [
    '#!/bin/sh',
    'set -eu',
    `echo "$1 $2" >>${calls}`,
    first,
    'case $1 in',
    `    deploy_challenge) cp "$WELLKNOWN/$3" ${shown}/ ;;`,
    `    clean_challenge) rm -f "${shown}/$3" ;;`,
    'esac',
  ]
  writeFileSync(join(server.folder, 'push'), `${lines.join('\n')}\n`, { mode: 0o755 })
}

step('the names lead to another machine: told before anybody is asked', async () => {
  await server.start()
  mkdirSync(shown)
  await startOtherMachine(server.daemons, shown)
  await server.authority('test')
  production = await server.authority('production')
  for (const line of ['config set DomainName example.org', 'config set SystemName mine', 'signal-event post-install'])
    server.type(line)
  server.settle()
  for (const name of NAMES) pointName(name, OTHER.four)
  server.type('db domains setprop example.org letsencryptSSLcert enabled')
  server.type('db hosts setprop www.example.org letsencryptSSLcert enabled')
  server.type('config setprop letsencrypt email a@example.org ACCEPT_TERMS yes')
  const { status, stdout } = server.letsencrypt('setup')
  assert.is(status, 1)
  assert.match(stdout, `${OTHER.four} answers 404`)
})

step('a command that brings the answers there: the names are checked and certified through the other machine', () => {
  writeHook()
  server.type(`config setprop letsencrypt challengeHook ${server.folder}/push`)
  const { status, stdout, stderr } = server.letsencrypt('setup')
  assert.is(status, 0, stdout + stderr)
  assert.match(stdout, 'checked 2 names: no problems')
  // Once for the check, and once for each of the two authorities.
  assert.equal([called('deploy_challenge'), called('clean_challenge')], [3 * NAMES.length, 3 * NAMES.length])
  assert.equal(readdirSync(shown), [], 'nothing is left there')
  // The certificates are for this server: here, where the names do not lead, it serves them.
  for (const name of NAMES) assert.is(servedCertificate(name).issuer, production.issuer)
})

step('a command that fails is named; no certificate comes, and the old one is served', () => {
  const before = servedCertificate('example.org').fingerprint256
  writeHook('echo "no route to the other machine" >&2; exit 1')
  const { status, stderr } = server.letsencrypt('renew --force')
  assert.is(status, 1)
  // The authority says which name comes first.
  const said = /the command challengeHook of letsencrypt failed for (www\.)?example\.org: no route to the other machine/
  assert.match(stderr, said)
  assert.is(servedCertificate('example.org').fingerprint256, before)
  writeHook()
  assert.is(server.letsencrypt('renew --force').status, 0)
  assert.is.not(servedCertificate('example.org').fingerprint256, before)
  assert.not(existsSync('/etc/dehydrated/lock'))
})

remote.run()
