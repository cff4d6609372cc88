// A backup of an old server as its administrator has it: an archive, by `gabarit restore` and by `gabarit import --server`.
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { gzipSync } from 'node:zlib'
import { packTar, type TarHeader } from 'modern-tar'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { OLD, oldFiles, oldLink, oldProgram, SMALL } from '../support/old-server.ts'
import { needsCommands } from '../support/packages.ts'
import { must, Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { treeState } from '../support/tree-state.ts'

const archives = suite<{ box: Sandbox; safe: Sandbox }>('the archive of an old server')
archives.before.each(context => {
  context.box = new Sandbox()
  context.safe = new Sandbox()
})
archives.after.each(({ box, safe }) => {
  box.remove()
  safe.remove()
})

/** Packs the small server. @returns the archive */
function packed(
  { box, safe }: { box: Sandbox; safe: Sandbox },
  name: string,
  how: string,
  ...members: string[]
): string {
  oldFiles(box, SMALL)
  oldFiles(box, { '/home/e-smith/files/ibays/Primary/html/index.html': 'a page\n' })
  chmodSync(oldProgram(box, '/home/e-smith/files/ibays/Primary/html/tool', 'x'), 0o6755)
  oldLink(box, '/home/e-smith/files/ibays/Primary/html/out', '/etc/shadow')
  oldProgram(box, '/etc/e-smith/events/ftp-update/S50tell', '#!/bin/sh\n: >"$GABARIT_ROOT/told"\n')
  oldLink(box, '/etc/e-smith/outside', '/etc/passwd')
  must(['tar', '-C', box.path(OLD), how, safe.path(name), ...members])
  must(['rm', '-r', box.path('/mnt')])
  return safe.path(name)
}

testIf(
  archives,
  needsCommands('tar', 'gzip', 'perl'),
  'smeserver.tgz comes over as its folder does',
  ({ box, safe }) => {
    const file = packed({ box, safe }, 'smeserver.tgz', '-czf', './home', './etc')
    const looked = box.must(['gabarit', 'restore', file, '--dry-run'])
    assert.match(looked, 'taken: /home/e-smith/db/domains: 2 records')
    const [, command = ''] = /ibays: not copied: Primary: (mkdir .*)/.exec(looked) ?? []
    assert.ok(command.includes(`tar -xf ${file} -C /home/e-smith/files/ibays`), looked)
    box.must(['sh', '-c', command.replaceAll(' /home/', ` ${box.path('/home')}/`)])
    assert.is(box.read('/home/e-smith/files/ibays/Primary/html/index.html'), 'a page\n')
    assert.not(box.exists('/home/e-smith/files/ibays/Primary/html/out'))
    assert.is(statSync(box.path('/home/e-smith/files/ibays/Primary/html/tool')).mode & 0o7777, 0o750)
    assert.not(box.exists('/var/lib/gabarit/db'))
    assert.is(box.must(['gabarit', 'import', '--server', file, '--dry-run']), looked)
    box.must(['gabarit', 'restore', file])
    box.must('signal-event post-upgrade')
    box.must('signal-event ftp-update')
    assert.ok(box.exists('/told'), 'its program may still be executed')
    assert.match(box.read('/etc/ftp.conf'), '\nplain yes\n')
    assert.match(box.must(['gabarit', 'restore', file]), 'everything is here already')
    const left = readdirSync(tmpdir()).filter(name => /^gabarit-(?!test|host)/.test(name))
    assert.equal(left, [], 'nothing unpacked stays')
  },
)

testIf(archives, needsCommands('tar', 'xz', 'perl'), "NethServer's is compressed by xz", ({ box, safe }) => {
  const file = packed({ box, safe }, 'backup-config.tar.xz', '-cJf', 'home', 'etc')
  assert.match(box.must(['gabarit', 'restore', file, '--dry-run']), 'taken: /home/e-smith/db/domains: 2 records')
  const { status, stderr } = box.run(['gabarit', 'restore', file, '--only', 'hosts'])
  assert.is(status, 2)
  assert.match(stderr, '--only is for backups of gabarit, which end in .tar.age')
})

const settings = { name: 'home/e-smith/db/configuration', data: 'SystemName=server\n' }
const entry = (header: Partial<TarHeader> & { name: string }, data = '') => ({
  header: { size: data.length, ...header },
  body: data,
})
const symlink = (name: string, linkname: string) => entry({ name, type: 'symlink', linkname })

const HOSTILE: readonly (readonly [what: string, entries: ReturnType<typeof entry>[], why: RegExp])[] = [
  ['an absolute name', [entry({ name: '/etc/cron.d/evil' }, 'x')], /"\/etc\/cron.d\/evil" is no name below the root/],
  ['a name that leads out', [entry({ name: 'a/../../evil' }, 'x')], /is no name below the root/],
  ['a file through a link', [symlink('a', '/etc'), entry({ name: 'a/evil' }, 'x')], /"a\/evil" lies below "a"/],
  ['the same, the file first', [entry({ name: 'a/evil' }, 'x'), symlink('a', '/etc')], /"a\/evil" lies below "a"/],
  [
    'a file below a file',
    [entry({ name: 'a' }, 'x'), entry({ name: 'a/b' }, 'x')],
    /lies below "a", which is no folder/,
  ],
  ['a hard link that leads out', [entry({ name: 'a', type: 'link', linkname: '../../etc/shadow' })], /no name below/],
  ['a name that no disk takes', [entry({ name: 'a'.repeat(300) }, 'x')], /is no name below the root/],
]

for (const [what, entries, why] of HOSTILE)
  archives(`${what}: refused, nothing is written`, async ({ box, safe }) => {
    const file = safe.path('evil.tgz')
    writeFileSync(file, gzipSync(await packTar([entry(settings, settings.data), ...entries])))
    const before = treeState(box.root)
    const { status, stderr } = box.run(['gabarit', 'restore', file])
    assert.is(status, 3, stderr)
    assert.match(stderr, why)
    assert.equal(treeState(box.root), before)
  })

archives('links lead nowhere but into the old server; devices and large files are left out', async ({ box, safe }) => {
  const file = safe.path('odd.tar')
  const entries = [
    symlink('etc/e-smith/templates-custom', '/etc'),
    symlink('home/e-smith/db/domains', '/etc/passwd'),
    entry({ name: 'dev/sda', type: 'block-device' }),
    entry({ name: 'var/large', size: 17 * 1024 * 1024 }, 'x'.repeat(17 * 1024 * 1024)),
  ]
  writeFileSync(file, await packTar([entry(settings, settings.data), ...entries]))
  const said = box.must(['gabarit', 'restore', file, '--dry-run'])
  assert.not.match(said, 'root:')
  assert.match(said, 'taken: /home/e-smith/db/configuration: 1 record')
})

archives('cut off, or no archive at all: refused with its name', async ({ box, safe }) => {
  const whole = gzipSync(await packTar([entry(settings, settings.data), entry({ name: 'b' }, 'y'.repeat(100_000))]))
  const file = safe.path('cut.tgz')
  for (const length of [40, whole.length >> 1, whole.length - 4]) {
    writeFileSync(file, whole.subarray(0, length))
    const { status, stderr } = box.run(['gabarit', 'restore', file])
    assert.is(status, 3, stderr)
    assert.match(stderr, /cut\.tgz: (cannot be decompressed|is no whole tar archive)/)
  }
  writeFileSync(file, gzipSync('no tar'))
  assert.match(box.run(['gabarit', 'restore', file]).stderr, 'is no whole tar archive')
})

archives('more than settings can be: refused before the memory is full', async ({ box, safe }) => {
  const file = safe.path('many.tgz')
  const part = 'x'.repeat(15 * 1024 * 1024)
  const many = Array.from({ length: 18 }, (_, at) => entry({ name: `etc/e-smith/${at}` }, part))
  writeFileSync(file, gzipSync(await packTar(many), { level: 1 }))
  const { status, stderr } = box.run(['gabarit', 'restore', file])
  assert.is(status, 3)
  assert.match(stderr, /has more than 100000 files or 256 MiB, at "etc\/e-smith\/17"/)
})

archives.run()
