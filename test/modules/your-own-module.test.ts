// The module of docs/guide/your-own-module.md, as it stands there: its files, its commands and what they print, with the real
// dnsmasq, on `/` in private namespaces.
import { appendFileSync, chmodSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readExamples } from '../../scripts/examples.ts'
import { readConsole, textOf } from '../docs/markdown.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { ON_ROOT, write } from '../support/real-root.ts'
import { must, run, words } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const reason = needsCommands('dnsmasq', 'dig') ?? enterNamespace('gate')
const own = suite('docs/guide/your-own-module.md')
const step = (name: string, body: () => void) => testIf(own, reason, name, body)
const DOCUMENT = textOf('docs/guide/your-own-module.md')
const MODULE = '/etc/gabarit/modules/dnsmasq'
const env = { ...ON_ROOT, LC_ALL: 'C', NO_COLOR: '1' }
const files = readExamples(DOCUMENT).flatMap(({ steps }) => steps)

step('its files', () => {
  assert.ok(files.length >= 12, `${files.length} files`)
  for (const { path, text } of files) write(path, text, text.startsWith('#!') ? 0o755 : 0o644)
  assert.is(must(['gabarit', 'lint'], { env }), 'no problems found\n')
  must(['config', 'set', 'DomainName', 'example.org'], { env })
})

step('its commands print what stands there, and dnsmasq answers', () => {
  for (const { command, output } of readConsole(DOCUMENT)) {
    const { stdout } = run(['sh', '-c', `{ ${command}; } 2>&1`], { env })
    assert.is(stdout, output, command)
  }
})

step('what dnsmasq refuses is not written', () => {
  const before = readFileSync('/etc/dnsmasq.d/gabarit.conf', 'utf8')
  appendFileSync(`${MODULE}/templates/etc/dnsmasq.d/gabarit.conf/10Settings`, 'no-such-option\n')
  const { status, stderr } = run(['signal-event', 'dnsmasq-update'], { env })
  assert.is(status, 3)
  assert.match(stderr, /\/etc\/dnsmasq\.d\/gabarit\.conf is refused by .*dnsmasq/)
  assert.is(readFileSync('/etc/dnsmasq.d/gabarit.conf', 'utf8'), before)
  const template = files.find(({ path }) => path.endsWith('10Settings'))
  write(template?.path ?? '', template?.text ?? '')
})

step('the command passes on words, and knows --json', () => {
  assert.is(must(['gabarit', 'dnsmasq', 'names', '--json'], { env }), '["nas.example.org"]\n')
  assert.is(run(['gabarit', 'dnsmasq', 'names', 'nobody'], { env }).stdout, '')
  assert.match(must(['gabarit', '--help'], { env }), /^ {2}dnsmasq +DNS for the machines/m)
  assert.match(must(['gabarit', 'help', 'dnsmasq'], { env }), /names +the names that dnsmasq answers for/)
  assert.is(must(['gabarit', 'complete', '--', 'gabarit', 'dnsmasq', ''], { env }), 'names\n')
})

step('the local network gets answers, and nobody else', () => {
  for (const line of [
    'ip netns add other',
    'ip link add lan type veth peer name eth0 netns other',
    'ip address add 192.168.1.1/24 dev lan',
    'ip link set lan up',
    'ip -n other address add 192.168.1.7/24 dev eth0',
    'ip -n other address add 203.0.113.9/32 dev eth0',
    'ip -n other link set eth0 up',
    'ip route add 203.0.113.9 dev lan',
    'config set LocalIP 192.168.1.1',
    'db hosts set www.example.org host HostType Self',
    'signal-event host-create www.example.org',
  ])
    must(words(line), { env })
  const ask = (from: string, name: string) =>
    run(words(`ip netns exec other dig +short +time=1 +tries=3 -b ${from} -p 5399 @192.168.1.1 ${name}`)).stdout
  assert.is(ask('192.168.1.7', 'nas.example.org'), '192.168.1.6\n')
  assert.is(ask('192.168.1.7', 'www.example.org'), '192.168.1.1\n')
  assert.match(ask('203.0.113.9', 'nas.example.org'), 'no servers could be reached')
})

step('it runs after a start of the machine, and console-save starts it after an upgrade', () => {
  for (const event of ['bootstrap-console-save', 'console-save']) {
    must([`${MODULE}/services/dnsmasq`, 'stop'])
    must(['signal-event', event], { env })
    must([`${MODULE}/services/dnsmasq`, 'status'])
  }
})

step('the doctor finds a dnsmasq that does not run', () => {
  must([`${MODULE}/services/dnsmasq`, 'stop'], { env })
  const { status, stdout } = run(['gabarit', 'doctor'], { env })
  assert.is(status, 1)
  assert.match(stdout, 'error    dnsmasq/running: dnsmasq does not run\n         run: signal-event dnsmasq-update\n')
})

step('a part that others may change is refused, and the rest of gabarit works', () => {
  chmodSync(`${MODULE}/templates/etc`, 0o777)
  const { status, stderr } = run(['signal-event', 'dnsmasq-update'], { env })
  assert.is(status, 3)
  assert.match(stderr, `${MODULE}/templates/etc: this part of a module is writable by everybody`)
  must(['expand-template', '/etc/hosts'], { env })
  must(['db', 'hosts', 'show'], { env })
})

own.run()
