// The part of the console that runs as root: it runs what the table of commands allows, for whom it knows.
import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Answer } from '../../src/console/protocol.ts'
import { ConsoleServer, codeOf, PASSWORD, type Person } from './console-server.ts'

const helper = suite('the helper of the console')
const box = new ConsoleServer()
let alice: Person

helper.before(async () => {
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  box.must('signal-event post-install')
  await box.startHelper()
  alice = await box.join('alice')
})
helper.after(() => box.remove())

const modeOf = (path: string) => statSync(box.path(path)).mode & 0o777
const why = (answer: Answer) => (answer.kind === 'refused' ? answer.why : answer.kind)

/** The name of the plan that is shown for a command now. */
async function planOf(command: string): Promise<string> {
  return (await box.data<{ plan: string }>(alice.session, `${command} --dry-run --json`)).plan
}

/** Runs a command with its plan, to its end. */
async function live(command: string, proof?: { password: string; code: string }) {
  const words = `${command} --json-lines --plan ${await planOf(command)}`
  const answer = await box.ask(alice.session, words, proof === undefined ? {} : { proof })
  return answer.kind === 'started' ? box.follow(alice.session, answer.run) : answer
}

helper(
  'a change is stored from standard input, its plan is shown and carried out, and the history names the user',
  async () => {
    const stored = await box.ask(alice.session, 'db configuration batch', { input: 'set word 2\n' })
    assert.equal(stored, { kind: 'output', status: 0, stdout: '', stderr: '' })
    const run = await live('gabarit signal-event change')
    assert.ok('lines' in run, JSON.stringify(run))
    assert.equal(run.end, { kind: 'ended', status: 0 })
    const kinds = run.lines.map(line => JSON.parse(line).kind)
    assert.ok(kinds.includes('plan') && kinds.at(-1) === 'ended', kinds.join(' '))
    assert.is(box.read('/etc/x'), 'x 2\n')
    const [entry] = box.history()
    assert.equal([entry?.user, entry?.via], ['alice', 'console 192.0.2.7'])
  },
)

helper('only a plan that this session was shown is carried out', async () => {
  box.must('config set word 3')
  const plan = await planOf('gabarit signal-event change')
  const other = await box.join('bob')
  for (const [session, command] of [
    [other.session, 'signal-event change'],
    [alice.session, 'apply'],
  ] as const)
    assert.is(why(await box.ask(session, `gabarit ${command} --json-lines --plan ${plan}`)), 'outdated')
  assert.is(why(await box.ask(alice.session, 'gabarit signal-event change')), 'forbidden', 'without a plan')
  box.must('config set word 4')
  const run = await box.ask(alice.session, `gabarit signal-event change --plan ${plan}`)
  assert.is(run.kind, 'started')
  const { end, lines } = await box.follow(alice.session, run.kind === 'started' ? run.run : '')
  assert.equal(end, { kind: 'ended', status: 3 })
  assert.match(lines.join('\n'), 'is out of date')
  assert.is(box.read('/etc/x'), 'x 2\n')
})

helper('a plan that can lock somebody out needs password and a fresh code', async () => {
  box.write('/etc/gabarit/templates/etc/ssh/sshd_config', 'Port <%= config.word %>\n')
  box.event('sshd', { 'templates2expand/etc/ssh/sshd_config': '' })
  assert.is(why(await box.ask(alice.session, 'gabarit customize /etc/hosts 10Localhost')), 'proof')
  const before = await live('gabarit signal-event sshd')
  assert.is('kind' in before && why(before), 'proof')
  const wrong = await live('gabarit signal-event sshd', { password: `${PASSWORD}!`, code: codeOf(alice.secret, 30) })
  assert.is('kind' in wrong && why(wrong), 'wrong')
  const proof = { password: PASSWORD, code: codeOf(alice.secret, 30) }
  const right = await live('gabarit signal-event sshd', proof)
  assert.equal('end' in right && right.end, { kind: 'ended', status: 0 })
  box.must('config set word 2222')
  const again = await live('gabarit signal-event sshd', proof)
  assert.is('kind' in again && why(again), 'wrong', 'a code works once')
})

helper('what is not in the tables is refused, and so is every word that could lead elsewhere', async () => {
  const hosts = ['db', 'hosts']
  for (const words of [
    ['gabarit', 'expand-template', '--all'],
    ['gabarit', 'status', '--root', '/'],
    ['gabarit', 'status', '--root=/'],
    ['gabarit', 'web', 'login-link', 'mallory'],
    ['gabarit', 'web', 'helper'],
    ['gabarit', 'act', 'vpn-pki', 'openvpn-update'],
    ['gabarit', 'letsencrypt', 'hook', 'deploy_cert'],
    ['gabarit', 'apply', '--confirm'],
    ['gabarit', 'apply', '--overwrite', '/etc/ssh/sshd_config', '--dry-run'],
    ['gabarit', 'signal-event', 'change', '--plan=000000000000', '--plan', 'x\0y'],
    ['sh', '-c', 'id'],
    ['/bin/sh'],
    [],
    [...hosts, 'set', 'a', 'b'],
    [...hosts, 'import', '/etc/shadow'],
    [...hosts, 'printjson', '--reveal'],
    ['db', '--reveal', 'hosts', 'printjson'],
    ['db', '--root=/', 'hosts', 'printjson'],
    ['db', '/etc/shadow', 'printjson'],
    ['db', '../../shadow', 'printjson'],
    ['db', 'hosts', 'toString'],
  ])
    assert.match(why(await box.ask(alice.session, words)), /^(forbidden|outdated)$/, words.join(' '))
})

helper('without a session nothing is run; a closed one is none', async () => {
  for (const session of ['', 'x', randomBytes(32).toString('base64url')])
    for (const words of [
      'gabarit status --json',
      'db hosts printjson',
      'db hosts batch',
      'gabarit apply --dry-run --json',
    ])
      assert.is(why(await box.ask(session, words, { input: 'set a b\n' })), 'session')
  const carol = await box.join('carol')
  assert.is((await box.ask(carol.session, 'gabarit status --json')).kind, 'output')
  await box.client.ask({ ask: 'logout', session: carol.session })
  assert.is(why(await box.ask(carol.session, 'gabarit status --json')), 'session')
  const again = await box.join('carol')
  box.must('gabarit web users remove carol')
  assert.is(why(await box.ask(again.session, 'gabarit status --json')), 'session')
})

helper('wrong passwords make one address wait, and no other', async () => {
  const bob = await box.join('bob')
  // The same one for all: half a minute may end between them.
  const code = codeOf(bob.secret)
  const login = (address: string, password: string) =>
    box.client.ask({ ask: 'login', address, name: 'bob', password, code })
  for (let tries = 0; tries < 5; tries++) assert.is(why(await login('203.0.113.9', 'wrong')), 'wrong')
  assert.is(why(await login('203.0.113.9', PASSWORD)), 'locked')
  assert.is((await login('203.0.113.10', PASSWORD)).kind, 'session')
  assert.is(why(await login('203.0.113.10', PASSWORD)), 'wrong', 'a code works once')
})

helper('a one-time address works once, for its time; the password must be long', async () => {
  const token = box.invite('dave')
  const accept = (password: string, secret: string) =>
    box.client.ask({ ask: 'accept', address: '192.0.2.8', token, password, code: codeOf(secret) })
  const invited = await box.client.ask({ ask: 'invited', address: '192.0.2.8', token })
  const secret = invited.kind === 'invited' ? invited.secret : ''
  assert.is(why(await accept('short', secret)), 'wrong')
  assert.is((await accept(PASSWORD, secret)).kind, 'session')
  assert.is(why(await accept(PASSWORD, secret)), 'wrong')
  const late = box.invite('dave')
  const file = '/var/lib/gabarit/console/invitations.json'
  box.write(file, box.read(file).replaceAll(/"until": "20\d\d/g, '"until": "2020'), 0o600)
  assert.is(why(await box.client.ask({ ask: 'invited', address: '192.0.2.8', token: late })), 'wrong')
})

helper('nothing that it keeps can be read by others, or shows a password or a token', () => {
  const folder = '/var/lib/gabarit/console'
  for (const file of ['users.json', 'sessions.json', 'invitations.json']) {
    const text = box.read(`${folder}/${file}`)
    for (const secret of [PASSWORD, alice.session]) assert.not.match(text, secret)
    assert.is(modeOf(`${folder}/${file}`), 0o600)
  }
  assert.is(modeOf(folder), 0o700)
})

helper.run()
