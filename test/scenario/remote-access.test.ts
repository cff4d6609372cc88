// sshd on another port, with the real sshd under s6 and the kernel's packet filter, in private namespaces.
import { existsSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons } from '../support/daemons.ts'
import { enterNamespace } from '../support/namespace.ts'
import { Office, SERVER } from '../support/office.ts'
import { needsCommands } from '../support/packages.ts'
import { addS6Service, startS6 } from '../support/s6.ts'
import { must, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { waitFor } from '../support/wait.ts'

const scenario = suite('ssh on another port')
const step = stepsOf(
  scenario,
  enterNamespace('remote') ??
    needsCommands('iptables-restore', 'ip6tables-restore', 'sshd', 'ssh-keygen', 's6-svscan', 'ss'),
)
const env = { GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: 's6', S6_SCANDIR: '/run/service', SSH_CONNECTION: '' }
const server = (line: string): string => must(words(line), { env })
const SSHD = '/etc/ssh/sshd_config.d/gabarit.conf'
const ports = () => [...run(['ss', '-Hlnt']).stdout.matchAll(/0\.0\.0\.0:(\d+)/g)].map(match => match[1])
const greets = (answers: readonly string[]) => answers.every(answer => answer.startsWith('SSH-2.0'))

let office: Office
const daemons = new Daemons()
scenario.after(async () => {
  office?.stop()
  await daemons.stopAll()
})

step('before: sshd as the distribution has it, on port 22; what is not set makes no file', async () => {
  office = new Office()
  must(['ssh-keygen', '-A'])
  must(['mkdir', '-p', '/run/sshd'])
  await startS6(daemons, '/run/service')
  addS6Service('/run/service', 'ssh', '#!/bin/sh\nexec /usr/sbin/sshd -D -e\n')
  server('config set DomainName example.org')
  server('config set SystemName remote')
  server('db networks set 192.168.77.0/24 network')
  must(['signal-event', 'post-install'], { env: { ...env, GABARIT_SERVICE_MANAGER: 'none' } })
  server('signal-event remoteaccess-update')
  await waitFor('sshd to listen', () => ports().includes('22'))
  assert.not(existsSync(SSHD))
})

step('another port: sshd waits there, and the firewall lets it be reached', async () => {
  server('config setprop firewall status enabled')
  server('config setprop sshd TCPPort 2222 PermitRootLogin prohibit-password PasswordAuthentication no')
  server('signal-event remoteaccess-update')
  await waitFor('sshd to move', () => ports().includes('2222'))
  assert.ok(greets(office.ask('outside', SERVER.outside, 2222)))
  const effective = must(['sshd', '-T', '-C', 'user=root,host=x,addr=10.0.0.1'])
  for (const line of ['port 2222', 'permitrootlogin without-password', 'passwordauthentication no'])
    assert.match(effective, new RegExp(`^${line}$`, 'm'))
})

step('what sshd does not understand is refused by sshd itself, with the fragment; it still answers', () => {
  const before = readFileSync(SSHD, 'utf8')
  const custom = '/etc/gabarit/templates-custom/etc/ssh/sshd_config.d/gabarit.conf'
  must(['mkdir', '-p', custom])
  must(['sh', '-c', 'echo "PermitRotLogin no" > "$1/20Mine"', 'sh', custom])
  const { status, stderr } = run(['signal-event', 'remoteaccess-update'], { env })
  assert.is(status, 3, stderr)
  assert.match(stderr, 'Bad configuration option: PermitRotLogin')
  assert.match(stderr, `was made by ${custom}/20Mine:1`)
  assert.is(readFileSync(SSHD, 'utf8'), before)
  assert.ok(greets(office.ask('lan', SERVER.lan, 2222)))
  must(['rm', `${custom}/20Mine`])
})

step('the properties taken out: sshd is back on its own port', async () => {
  server('config delprop sshd TCPPort PermitRootLogin PasswordAuthentication')
  server('signal-event remoteaccess-update')
  await waitFor('sshd to move back', () => ports().includes('22'))
  assert.not(existsSync(SSHD))
  assert.ok(greets(office.ask('outside', SERVER.outside, 22)))
})

scenario.run()
