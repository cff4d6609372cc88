// Files that sshd and OpenVPN read are broken behind gabarit's back: no event makes a daemon load them, and each is named. With the
// real daemons under s6. (Apache and nginx: never-killed.test.ts.)
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons } from '../support/daemons.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { addS6Service, startS6 } from '../support/s6.ts'
import { must, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { waitFor } from '../support/wait.ts'

const PROGRAMS = ['openvpn', 'sshd', 'ssh-keygen', 's6-svscan', 'openssl', 'make-cadir', 'iptables']
const scenario = suite('broken files of sshd and OpenVPN')
const step = stepsOf(scenario, needsCommands(...PROGRAMS) ?? enterNamespace('broken'))
const daemons = new Daemons()
scenario.after(() => daemons.stopAll())

const SCAN = '/run/service'
const env = { SSH_CONNECTION: '' }
const type = (line: string) => must(words(line), { env, timeoutSeconds: 120 })
const processOf = (service: string) => must(['s6-svstat', '-o', 'up,pid', `${SCAN}/${service}`]).trim()
const setting = { sshd: 'config setprop sshd MaxAuthTries', openvpn: 'config setprop openvpn verb' }
const EVENTS = { sshd: 'remoteaccess-update', openvpn: 'openvpn-update' }
let value = 1

/**
 * Breaks a file. The daemon keeps its process and an event that changes its files is refused or fails, with these words; with the
 * file mended, the event succeeds.
 */
function broken(service: 'sshd' | 'openvpn', file: string, breaks: () => void, ...said: readonly string[]): void {
  const unit = service === 'sshd' ? 'ssh' : 'openvpn-server@openvpn'
  const [whole, before] = [readFileSync(file), processOf(unit)]
  breaks()
  value = (value % 5) + 1
  type(`${setting[service]} ${value}`)
  const { status, stdout, stderr } = run(words(`signal-event ${EVENTS[service]}`), { env, timeoutSeconds: 120 })
  assert.ok(status === 1 || status === 3, `${file}: ${status}: ${stdout}${stderr}`)
  for (const part of said) assert.ok(stderr.includes(part), `${part}: ${stdout}${stderr}`)
  assert.is(processOf(unit), before, `${file}: ${stdout}${stderr}`)
  writeFileSync(file, whole)
  chmodSync(file, 0o600)
  type(`signal-event ${EVENTS[service]}`)
}

step('sshd and OpenVPN run', async () => {
  must(['ssh-keygen', '-A'])
  mkdirSync('/run/sshd', { recursive: true })
  await startS6(daemons, SCAN)
  addS6Service(SCAN, 'ssh', '#!/bin/sh\nexec /usr/sbin/sshd -D -e 2>>/run/sshd.log\n')
  addS6Service(
    SCAN,
    'openvpn-server@openvpn',
    '#!/bin/sh\nmkdir -p /run/openvpn-server\ncd /etc/openvpn/server\nexec openvpn --config openvpn.conf >>/run/openvpn.log 2>&1\n',
  )
  for (const line of [
    `s6-svc -wu -T 5000 -u ${SCAN}/ssh`,
    'config set DomainName example.org',
    'config set httpd service status disabled',
    'gabarit initialize-default-databases',
    'config setprop openvpn remoteHost 198.18.0.2 status enabled',
    'config setprop sshd MaxAuthTries 6',
    'signal-event post-install',
    'signal-event openvpn-update',
    'signal-event remoteaccess-update',
  ])
    type(line)
  await waitFor('OpenVPN', () => readFileSync('/run/openvpn.log', 'utf8').includes('Initialization Sequence Completed'))
  assert.match(processOf('ssh'), 'true')
})

step('host keys of sshd', () => {
  const keys = readdirSync('/etc/ssh').filter(name => /^ssh_host_.*_key$/.test(name))
  const [first = '', ...others] = keys.map(name => `/etc/ssh/${name}`)
  const all = (change: (file: string) => void) => () => [first, ...others].forEach(change)
  const former = new Map(others.map(file => [file, readFileSync(file)]))
  const mend = () => {
    for (const [file, content] of former) {
      writeFileSync(file, content)
      chmodSync(file, 0o600)
    }
  }
  for (const [change, words] of [
    [(file: string) => writeFileSync(file, ''), 'no hostkeys available'],
    [(file: string) => chmodSync(file, 0o644), 'no hostkeys available'],
  ] as const) {
    try {
      broken('sshd', first, all(change), words)
    } catch (error) {
      mend()
      throw error
    }
    mend()
  }
})

step('keys and parameters of OpenVPN; an empty revocation list is replaced by that of the PKI', () => {
  type('config setprop openvpn dh ffdhe2048')
  type('signal-event openvpn-update')
  const conf = readFileSync('/etc/openvpn/server/openvpn.conf', 'utf8')
  const file = (word: string) => {
    const path = new RegExp(`^${word} "?([^" \\n]+)`, 'm').exec(conf)?.[1] ?? ''
    return path.startsWith('/') ? path : `/etc/openvpn/server/${path}`
  }
  const cut = (path: string) => () => writeFileSync(path, readFileSync(path).subarray(0, 300))
  for (const word of ['tls-crypt', 'dh']) broken('openvpn', file(word), cut(file(word)), file(word))
  const key = file('key')
  broken('openvpn', key, () => must(['openssl', 'genpkey', '-algorithm', 'RSA', '-out', key]), key)
  const list = file('crl-verify')
  const whole = readFileSync(list, 'utf8')
  writeFileSync(list, '')
  assert.match(run(words('gabarit doctor')).stdout, `${list}: this is not a revocation list`)
  type('signal-event openvpn-update')
  assert.is(readFileSync(list, 'utf8'), whole)
})

scenario.run()
