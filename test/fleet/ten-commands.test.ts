// From one server to twenty, by the commands of the guide as they stand there: with two more servers instead of nineteen, which
// the first one reaches by the real ssh.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { BIN, PROJECT } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { Machine } from './machine.ts'
import { ETCD, startMachines } from './small-fleet.ts'

const tests = suite('from one server to twenty')
const step = stepsOf(tests, needsCommands('etcd', 'sshd') ?? enterNamespace('outside'))
const gate = new Machine('gate', 1)
const others = [new Machine('www1', 2), new Machine('www2', 3)]
tests.after(() => {
  for (const machine of [gate, ...others]) machine.remove()
})

const SSHD = [
  '#!/bin/sh',
  'mkdir -p /run/sshd',
  `exec /usr/sbin/sshd -D -e -f /dev/null -h /run/key -o AuthorizedKeysFile=/run/authorized -o StrictModes=no -o SetEnv=PATH=${BIN}:/usr/sbin:/usr/bin:/sbin:/bin 2>/run/sshd.log`,
]
const SSH = 'Host *\nStrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nIdentityFile /run/id\nLogLevel ERROR\n'
const addressOf = ({ name, address }: Machine) => `Host ${name}\nHostName ${address}\n`

/** The commands of the section, without what installs packages. */
function commands(): string[] {
  const guide = readFileSync(join(PROJECT, 'docs/guide/fleet.md'), 'utf8')
  const section = /## From one server to twenty\n(.*?)\n## /s.exec(guide)?.[1] ?? ''
  return section.split('\n').flatMap(line => (/^ {4}(?!apt-get)/.test(line) ? [line.trim()] : []))
}

step('a server, and others that let it in', async () => {
  await startMachines([gate, ...others])
  gate.service('etcd', ETCD)
  gate.must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', '/run/id'])
  gate.write('/etc/ssh/ssh_config', `${others.map(addressOf).join('')}${SSH}`)
  for (const machine of [gate, ...others]) machine.must('config setprop fleet Interval 20')
  for (const machine of others) {
    machine.must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', '/run/key'])
    machine.write('/run/authorized', gate.read('/run/id.pub'))
    machine.service('sshd', `${SSHD.join('\n')}\n`, true)
  }
})

step('each command does what the guide says', () => {
  const typed = commands()
  assert.is(typed.length, 9, typed.join('\n'))
  for (const line of typed) {
    // The time in which a wave has to prove itself is left out.
    const here = line
      .replace('192.168.1.5', gate.address)
      .replace('seq 1 19', 'seq 1 2')
      .replace('--wait', '--wait --soak no')
    const { status, stdout, stderr } = gate.run(['bash', '-c', here])
    assert.is(status, 0, `${here}\n${stdout}${stderr}`)
    if (line.includes('publish'))
      for (const host of others) assert.is(host.run('config getprop sshd MaxAuthTries').stdout, '3\n')
  }
})

tests.run()
