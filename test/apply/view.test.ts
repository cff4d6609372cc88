// Checkers see all new files at their real paths, in a view that nobody else sees. On `/`, in private namespaces.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { findCommand, needsCommands } from '../support/packages.ts'
import { ON_ROOT, template, write } from '../support/real-root.ts'
import { BIN, must, type Outcome, preloading, run } from '../support/sandbox.ts'
import { firstReason, testIf } from '../support/skip.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'
import { waitFor } from '../support/wait.ts'

const reason = enterNamespace('view')
const view = suite('the view of the checkers')
const test = (name: string, body: () => void) => testIf(view, reason, name, body)
const env = ON_ROOT

const expand = (...paths: string[]): Outcome => run(['expand-template', ...paths], { env })

/** Mounts, and whatever lies in the folder of the views. */
const leftOvers = () => [
  readFileSync('/proc/self/mounts', 'utf8'),
  existsSync('/var/lib/gabarit/view') ? readdirSync('/var/lib/gabarit/view') : [],
]

/** Both files name the same port, and no other file has it: true only of the set. */
const PAIR = '#!/bin/sh\n[ "$(cat /etc/pair/a)" = "$(cat /etc/pair/b)" ] || { echo "a and b differ"; exit 1; }\n'

test('a set that is only wrong together is refused; one that is only right together is accepted', () => {
  write('/etc/check-pair', PAIR, 0o755)
  const validate = [['/etc/check-pair']]
  template('/etc/pair/a', '1\n', { validate })
  template('/etc/pair/b', '1\n', { validate })
  assert.is(expand('/etc/pair/a', '/etc/pair/b').status, 0)
  const before = leftOvers()
  template('/etc/pair/a', '2\n', { validate })
  const wrong = expand('/etc/pair/a', '/etc/pair/b')
  assert.is(wrong.status, 3)
  assert.match(wrong.stderr, '/etc/pair/a is refused by /etc/check-pair: a and b differ')
  assert.is(readFileSync('/etc/pair/a', 'utf8'), '1\n')
  template('/etc/pair/b', '2\n', { validate })
  assert.is(expand('/etc/pair/a', '/etc/pair/b').status, 0)
  assert.is(readFileSync('/etc/pair/b', 'utf8'), '2\n')
  assert.equal(leftOvers(), before, 'nothing is left mounted or lying about')
})

test('what the process of the view says on standard error is no part of its answer', () => {
  write('/etc/noisy.cjs', "process.stderr.write('[{')\n")
  const validate = [['/etc/check-pair']]
  template('/etc/pair/a', '2 \n', { validate })
  const noisy = { ...env, ...preloading('/etc/noisy.cjs') }
  const wrong = run(['expand-template', '/etc/pair/a', '/etc/pair/b'], { env: noisy })
  assert.is(wrong.status, 3)
  assert.match(wrong.stderr, 'a and b differ')
  template('/etc/pair/a', '2\n', { validate })
  assert.is(run(['expand-template', '/etc/pair/a', '/etc/pair/b'], { env: noisy }).status, 0)
})

test('links, removed files and new folders are seen too, with owner and mode', () => {
  const script = [
    '[ "$(readlink /etc/seen/on/x.conf)" = ../x.conf ] || echo no link',
    '[ "$(stat -c "%a %u" /etc/seen/x.conf)" = "600 7" ] || echo wrong mode',
    '[ ! -e /etc/seen/y.conf ] || echo y is still there',
    '[ -z "$(ls -A /etc/seen | grep gabarit-new)" ] || true',
  ]
  write('/etc/check-seen', `#!/bin/sh\nout=$(\n${script.join('\n')}\n)\necho "$out"\n[ -z "$out" ]\n`, 0o755)
  const metadata = {
    output: '/etc/seen/{key}.conf',
    link: '/etc/seen/on/{key}.conf',
    each: { db: 'seen', type: 'x' },
    owner: '7',
    mode: '0600',
  }
  template('/etc/seen/all', '<%= item.key %> <%= item.n %>\n', metadata)
  must(['db', 'seen', 'set', 'y', 'x', 'n', '1'], { env })
  assert.is(expand('/etc/seen/all').status, 0)
  must(['db', 'seen', 'delete', 'y'], { env })
  must(['db', 'seen', 'set', 'x', 'x', 'n', '1'], { env })
  template('/etc/seen/all', '<%= item.key %> <%= item.n %>\n', { ...metadata, validate: [['/etc/check-seen']] })
  const { status, stderr } = expand('/etc/seen/all')
  assert.is(status, 0, stderr)
  assert.not(existsSync('/etc/seen/y.conf'))
})

test('a checker that writes harms nothing outside of its view', () => {
  write('/etc/check-writes', '#!/bin/sh\nrm -rf /etc/pair; echo x > /etc/written; echo x > /var/written\n', 0o755)
  template('/etc/writes', '1\n', { validate: [['/etc/check-writes']] })
  const before = treeState('/etc/pair')
  assert.is(expand('/etc/writes').status, 0)
  assert.equal(treeChanges(before, treeState('/etc/pair')), [])
  assert.not(existsSync('/etc/written'))
  rmSync('/var/written', { force: true })
})

test('an overlay upon an overlay: the root of a container', () => {
  // Two of them are as deep as it gets: upon these no third can be laid.
  for (const layer of ['/run/first', '/run/second']) {
    mkdirSync(`${layer}/upper`, { recursive: true })
    mkdirSync(`${layer}/work`)
    const folders = `lowerdir=/etc,upperdir=${layer}/upper,workdir=${layer}/work`
    must(['mount', '-t', 'overlay', '-o', folders, 'overlay', '/etc'])
  }
  const validate = [['/etc/check-pair']]
  template('/etc/pair/a', '3\n', { validate })
  const wrong = expand('/etc/pair/a', '/etc/pair/b')
  assert.is(wrong.status, 3)
  assert.match(wrong.stderr, 'a and b differ')
  template('/etc/pair/b', '3\n', { validate })
  assert.is(expand('/etc/pair/a', '/etc/pair/b').status, 0)
  assert.is(readFileSync('/etc/pair/b', 'utf8'), '3\n')
})

test('what is mounted below is seen as it is, and a staged file below such a mount too', () => {
  write('/run/resolv', 'the mounted one\n')
  write('/etc/mounted/resolv', 'beneath\n')
  must(['mount', '--bind', '/run/resolv', '/etc/mounted/resolv'])
  mkdirSync('/etc/mounted/disk', { recursive: true })
  must(['mount', '-t', 'tmpfs', 'tmpfs', '/etc/mounted/disk'])
  write('/etc/mounted/disk/there', 'there\n')
  const check = [
    'cat /etc/mounted/resolv /etc/mounted/disk/there /etc/mounted/disk/new',
    'echo x > /etc/mounted/disk/written',
    '[ "$(cat /etc/mounted/disk/new)" = good ]',
  ]
  write('/etc/check-mounted', `#!/bin/sh\n${check.join('\n')}\n`, 0o755)
  const validate = [['/etc/check-mounted']]
  template('/etc/mounted/disk/new', 'bad\n', { validate })
  const { status, stderr } = expand('/etc/mounted/disk/new')
  assert.is(status, 3)
  assert.match(stderr, 'refused by /etc/check-mounted: the mounted one\nthere\nbad')
  template('/etc/mounted/disk/new', 'good\n', { validate })
  const good = expand('/etc/mounted/disk/new')
  assert.equal([good.status, good.stderr], [0, ''])
  assert.equal(readdirSync('/etc/mounted/disk').sort(), ['new', 'there'])
  for (const place of ['/etc/mounted/disk', '/etc/mounted/resolv']) must(['umount', place])
})

testIf(view, reason, 'a signal ends the checkers in the view, too: none of them goes on by itself', async () => {
  write('/etc/check-slow', '#!/bin/sh\necho $$ > /run/slow.new && mv /run/slow.new /run/slow\nexec sleep 300\n', 0o755)
  template('/etc/slow', 'slow\n', { validate: [['/etc/check-slow']] })
  const command = spawn(join(BIN, 'expand-template'), ['/etc/slow'], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  })
  const ended = new Promise(resolve => command.on('exit', (_, signal) => resolve(signal)))
  await waitFor('the checker', () => existsSync('/run/slow'))
  const pid = readFileSync('/run/slow', 'utf8').trim()
  command.kill('SIGTERM')
  assert.is(await ended, 'SIGTERM')
  await waitFor('the end of the checker', () => run(['kill', '-0', pid]).status !== 0)
  assert.not(existsSync('/etc/slow'))
})

test('without unshare the files are put in place, judged there, and taken back when they are refused', () => {
  const folder = '/run/bin'
  mkdirSync(folder)
  for (const name of ['sh', 'env', 'node', 'cat', 'stat', 'rm']) {
    const program = name === 'node' ? process.execPath : findCommand(name)
    if (program !== undefined) symlinkSync(program, join(folder, name))
  }
  const poor = { ...env, PATH: folder }
  const validate = [['/etc/check-pair']]
  template('/etc/pair/a', '4\n', { validate })
  template('/etc/pair/new', 'new\n', { validate })
  const names = ['/etc/pair/a', '/etc/pair/b', '/etc/pair/new']
  const manifest = readFileSync('/var/lib/gabarit/manifest.json', 'utf8')
  const { status, stderr } = run([join(BIN, 'expand-template'), ...names], { env: poor })
  assert.is(status, 3, stderr)
  assert.match(stderr, 'a and b differ')
  assert.is(readFileSync('/etc/pair/a', 'utf8'), '3\n')
  assert.not(existsSync('/etc/pair/new'))
  assert.is(readFileSync('/var/lib/gabarit/manifest.json', 'utf8'), manifest)
  template('/etc/pair/b', '4\n', { validate })
  assert.is(run([join(BIN, 'expand-template'), ...names], { env: poor }).status, 0)
  assert.is(readFileSync('/etc/pair/a', 'utf8'), '4\n')
})

testIf(
  view,
  firstReason(reason, needsCommands('apache2')),
  "a bad directive in one's own fragment: Apache refuses, the fragment and its line are named, nothing is written",
  () => {
    must(['config', 'set', 'DomainName', 'example.org'], { env })
    must(['config', 'set', 'SystemName', 'server'], { env })
    must(['signal-event', 'post-install'], { env })
    const before = treeState('/etc/httpd')
    const fragment = '/etc/gabarit/templates-custom/etc/httpd/conf/httpd.conf/90own'
    write(fragment, '# mine\nNoSuchDirective on\n')
    for (const command of [
      ['signal-event', 'console-save'],
      ['expand-template', '/etc/httpd/conf/httpd.conf'],
    ]) {
      const { status, stderr } = run(command, { env })
      assert.is(status, 3, stderr)
      assert.match(stderr, /Invalid command 'NoSuchDirective'/)
      assert.match(stderr, `"NoSuchDirective on" was generated by ${fragment}:2`)
      assert.match(stderr, 'Nothing was changed.')
    }
    // Making and removing hidden names beside the target touches the time of the folder only.
    const changed = treeChanges(before, treeState('/etc/httpd'))
    assert.equal(
      changed.filter(line => !line.startsWith('/etc/httpd/conf: ')),
      [],
    )
    const entry = JSON.parse(must(['gabarit', 'history', '--limit', '1', '--json'], { env }))[0]
    assert.is(entry.outcome, 'refused')
    write(fragment, '# mine\nTimeout 61\n')
    must(['signal-event', 'console-save'], { env })
    assert.match(readFileSync('/etc/httpd/conf/httpd.conf', 'utf8'), 'Timeout 61')
  },
)

view.run()
