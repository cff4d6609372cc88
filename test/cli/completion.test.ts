// What the Tab key makes of a line, in real shells.
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { must, PROJECT, Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const completion = suite('completion')
const box = new Sandbox()

completion.before(() => {
  box.must('gabarit initialize-default-databases')
  box.must('db domains set shop.org domain')
  box.must('db vpn set anna@home.example client')
  box.write('/etc/gabarit/templates/etc/a b', 'x\n')
  box.write('/exports/db/hosts', '')
  box.write('/etc/gabarit/templates/etc/ssh/sshd_config.d/9', 'x\n')
  box.write('/etc/gabarit/events/hosts-update/templates2expand/etc/a b', '')
  box.write('/etc/gabarit/events/hosts-update/templates2expand/etc/ssh/sshd_config.d/9', '')
  box.must('signal-event hosts-update', { env: { SUDO_USER: 'carla' } })
})
completion.after(() => box.remove())

/** Typed lines, with % for the Tab key, and the words that come of them. */
const LINES: readonly (readonly [typed: string, words: readonly string[]])[] = [
  ['gabarit lin%', ['gabarit', 'lint']],
  ['signal-event domain-cr%sh%', ['signal-event', 'domain-create', 'shop.org']],
  ['config setprop letsencr%stat%enab%', ['config', 'setprop', 'letsencrypt', 'status', 'enabled']],
  ['db vpn show a%', ['db', 'vpn', 'show', 'anna@home.example']],
  ['db vpn show anna@h%', ['db', 'vpn', 'show', 'anna@home.example']],
  ['db domains describe @dom%', ['db', 'domains', 'describe', '@domain']],
  ['gabarit explain /etc/a%', ['gabarit', 'explain', '/etc/a b']],
  ['gabarit import --tr%exp%d%', ['gabarit', 'import', '--tree', 'exports/db/']],
  ['expand-template --output=exports/db/h%', ['expand-template', '--output=exports/db/hosts']],
  ['config setprop sshd Passw%n%', ['config', 'setprop', 'sshd', 'PasswordAuthentication', 'no']],
  ['gabarit vpn prof%a%', ['gabarit', 'vpn', 'profile', 'anna@home.example']],
  ['gabarit vpn profile --output exp%db/h%', ['gabarit', 'vpn', 'profile', '--output', 'exports/db/hosts']],
  ['gabarit show %', ['gabarit', 'show', '1']],
  ['gabarit pin /etc/a%', ['gabarit', 'pin', '/etc/a b']],
  ['gabarit history --us%c%', ['gabarit', 'history', '--user', 'carla']],
  ['gabarit apply --confirm-w%n%', ['gabarit', 'apply', '--confirm-within', 'no']],
  ['gabarit apply --ov%/etc/ss%', ['gabarit', 'apply', '--overwrite', '/etc/ssh/sshd_config.d/9']],
  ['gabarit letsencrypt check --skip dns,ca%', ['gabarit', 'letsencrypt', 'check', '--skip', 'dns,caa']],
]

for (const shell of ['bash', 'zsh'])
  testIf(completion, needsCommands(shell, 'zsh'), `${shell} completes what is typed`, () => {
    const driver = join(PROJECT, 'test/support/type-tab.zsh')
    const typed = LINES.map(([line]) => line)
    const said = box.must(['zsh', '-f', driver, shell, ...typed], { env: { HOME: box.root, TERM: 'dumb' } })
    assert.is(said, LINES.map(([, words]) => `${words.map(word => `<${word}>`).join('')}\n`).join(''))
  })

testIf(completion, needsCommands('fish'), 'fish completes what is typed', () => {
  const script = 'gabarit completion fish | source; complete --do-complete $argv'
  const press = (line: string) => box.must(['fish', '--no-config', '-c', script, line], { env: { HOME: box.root } })
  for (const [typed, words] of LINES) {
    let line = ''
    for (const part of typed.split('%').slice(0, -1)) {
      line += part
      const found = press(line).trimEnd().split('\n')
      assert.is(found.length, 1, `${line}: ${found.join(', ')}`)
      const word = (found[0] ?? '').replaceAll(' ', '\\ ')
      line = `${line.slice(0, line.lastIndexOf(' ') + 1)}${word}${word.endsWith('/') ? '' : ' '}`
    }
    assert.is(line, `${words.map(word => word.replaceAll(' ', '\\ ')).join(' ')}${line.endsWith('/') ? '' : ' '}`)
  }
})

/** What `gabarit complete` answers for a line; its last word may be empty. */
const ask = (line: string, env = {}) =>
  must(['gabarit', 'complete', '--', ...line.split(' ')], {
    env: { GABARIT_ROOT: box.root, GABARIT_SERVICE_MANAGER: 'none', ...env },
    cwd: box.root,
  })
    .split('\n')
    .filter(word => word !== '')

completion('every kind of argument has its candidates', () => {
  assert.equal(ask('signal-event vpn-client-renew anna@home.example '), ['revoke-old', 'end-old'])
  assert.equal(ask('signal-event vpn-client-create x '), ['anna@home.example'])
  assert.equal(ask('signal-event --dry-run domain-modify '), ['shop.org'])
  assert.equal(ask('gabarit customize /etc/httpd/conf/httpd.conf VirtualHosts/25'), ['VirtualHosts/25SSLDirectives'])
  assert.equal(ask('gabarit overrides diff /etc/hosts '), ['10Localhost', '20Server', '30Hosts', '40Domains'])
  assert.equal(ask('gabarit help expl'), ['explain'])
  assert.equal(ask('gabarit vpn help pro'), ['profile'])
  assert.equal(ask('config help setj'), ['setjson'])
  assert.equal(ask('gabarit confirm ex'), ['extend', 'expired'])
  assert.equal(ask('gabarit history --database ho'), ['hosts'])
  assert.equal(ask('gabarit log domains '), ['shop.org'])
  assert.equal(ask('gabarit --json vpn cl'), ['clients'])
  assert.equal(ask('gabarit letsencrypt use pre'), ['previous'])
  assert.equal(ask('db domains show --js'), ['--json'])
  assert.equal(ask('db --json domains show '), ['shop.org'])
  assert.equal(ask('db hosts import exports/'), ['exports/db/'])
  assert.equal(ask('gabarit letsencrypt setup --skip=dns,fetch,c'), [
    '--skip=dns,fetch,clock',
    '--skip=dns,fetch,count',
    '--skip=dns,fetch,caa',
  ])
  assert.equal(ask('gabarit letsencrypt check --skip caa,c'), ['caa,clock', 'caa,count'], 'none twice')
  assert.equal(ask('gabarit diff '), ['last-good', '1'])
  assert.equal(ask('gabarit diff 1 '), [])
  assert.equal(ask('gabarit rollback --overwrite '), ['/etc/ssh/sshd_config.d/9'])
  assert.equal(ask('gabarit judg'), [], 'hidden')
  assert.equal(ask('gabarit letsencrypt ho'), [], 'hidden')
  assert.equal(ask('gabarit events domain-m'), ['domain-modify'])
})

completion(
  'numbers of the history, files that were written, records that were deleted; below the root that is typed',
  () => {
    box.must('db domains delete shop.org')
    for (const command of ['show', 'rollback', 'revert', 'diff'])
      assert.equal(ask(`gabarit ${command} 1`), ['1'], command)
    for (const command of ['pin', 'adopt', 'cat']) assert.equal(ask(`gabarit ${command} /etc/a`), ['/etc/a b'])
    assert.ok(ask('gabarit restore /etc/a').includes('/etc/a b'), 'beside archives of this machine')
    assert.equal(ask('signal-event domain-delete '), ['shop.org'])
    assert.equal(ask(`gabarit --root ${box.root} pin /etc/a`, { GABARIT_ROOT: '/nowhere' }), ['/etc/a b'])
    assert.equal(ask(`db --root=${box.root} domains keys`, { GABARIT_ROOT: '/nowhere' }), ['keys'])
  },
)

completion('a key with a line break is no candidate, and nothing damaged is shown', () => {
  box.write('/var/lib/gabarit/db/networks.json', JSON.stringify({ 'a\nb': { type: 'network', props: {} } }))
  assert.equal(ask('gabarit impact networks a'), [])
  box.write('/var/lib/gabarit/db/networks.json', '{')
  assert.equal(ask('gabarit impact networks '), [])
})

completion.run()
