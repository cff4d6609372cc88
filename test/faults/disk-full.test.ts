// Full disks, in a private namespace: nothing changes, or everything; with room again, the next command repairs what is left.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { identitiesIn } from '../../src/archive/identity.ts'
import { readArchive } from '../../src/modules/backup/read.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { random } from '../support/random.ts'
import { testIf } from '../support/skip.ts'
import { RunRequest } from './deed.ts'
import { DISKS, makeDeeds, mount, oneOf, unmount } from './disks.ts'
import { repairAndJudge } from './kill.ts'
import { savedSites } from './saved-site.ts'
import { waitingSite } from './site.ts'
import { SEED } from './sweep.ts'

const reason = enterNamespace('disk')
const disk = suite('disks')
const next = random(SEED)
const FULL = 100
const PAGE = 4096

/** Fills a disk up to so many free pages. */
function fill(place: string, free: number): void {
  const { bavail } = statfsSync(place)
  writeFileSync(join(place, 'ballast'), Buffer.alloc(Math.max(0, bavail - free) * PAGE))
}

testIf(disk, reason, `${FULL} full ones`, async () => {
  const deeds = makeDeeds()
  const wrong: string[] = []
  const seen = { refused: 0, done: 0 }
  for (let run = 1; run <= FULL; run++) {
    const deed = oneOf(deeds, next())
    const folder = oneOf(DISKS, next())
    const free = Math.floor(next() ** 3 * 40)
    const site = deed.site()
    const place = mount(site, folder)
    fill(place, free)
    const { status, stdout, stderr } = site.run(deed.command, { input: deed.input })
    seen[status === 0 ? 'done' : 'refused']++
    const problems: string[] = []
    if (status !== 0 && !/no space left on device/.test(stderr)) problems.push(`exit ${status}: ${stdout}${stderr}`)
    if (/bug in gabarit/.test(stderr)) problems.push(stderr)
    rmSync(join(place, 'ballast'))
    problems.push(...(await repairAndJudge(site, deed, next())))
    const at = `seed ${SEED}, run ${run}, ${deed.name}, ${free} pages free on ${folder}`
    wrong.push(...problems.map(problem => `${at}: ${problem}`))
    unmount(site, place)
  }
  process.stdout.write(
    `${FULL} runs with a full disk, seed ${SEED} (GABARIT_TEST_SEED): ${seen.refused} refused, ${seen.done} done\n`,
  )
  assert.is(wrong.join('\n'), '')
  assert.ok(seen.refused >= 10 && seen.done >= 10)
})

testIf(
  disk,
  reason,
  'no room for the history: refused with the reason, which is not lost in what fails behind it',
  () => {
    for (const command of [
      ['signal-event', 'change'],
      ['gabarit', 'apply'],
    ]) {
      const site = waitingSite()
      const place = mount(site, '/var/lib/gabarit')
      // Enough for the lock.
      fill(place, 2)
      const { status, stderr } = site.run(command)
      assert.is(status, 3, stderr)
      assert.match(stderr, /could not be written: no space left on device.*Nothing was changed\./s)
      assert.match(stderr, 'the history entry could not be written: no space left on device')
      unmount(site, place)
    }
  },
)

testIf(disk, reason, 'customize leaves the whole copy or none: an empty one would take lines out of the file', () => {
  const copies = new Set<boolean>()
  for (let free = 0; free < 12; free++) {
    const site = waitingSite()
    const place = mount(site, '/')
    fill(place, free)
    const { status, stderr } = site.run(['gabarit', 'customize', '/etc/note', 'note'])
    if (status !== 0) assert.match(stderr, 'no space left on device')
    assert.is(
      existsSync(join(place, 'etc/gabarit/templates-custom/etc/note')),
      status === 0,
      `${free} pages: ${stderr}`,
    )
    copies.add(status === 0)
    unmount(site, place)
  }
  assert.is(copies.size, 2, 'some had no room, some had')
})

const tools = needsCommands('age-keygen') ?? reason

testIf(
  disk,
  tools,
  'a full disk while a backup is written: the old archive stays, or there is the new one',
  async () => {
    const safe = mkdtempSync(join(tmpdir(), 'gabarit-safe-'))
    const { archive, identity, site: saved } = savedSites(safe)
    const prototype = saved()
    const keys = { identities: identitiesIn(readFileSync(identity, 'utf8')) }
    const name = '/var/backups/gate.tar.age'
    outputFileSync(prototype.path(name), readFileSync(archive))
    prototype.must(['config', 'set', 'later', 'record'])
    const seen = new Set<number>()
    for (let free = 0; free < 14; free++) {
      const site = prototype.copy()
      const place = mount(site, '/var/backups')
      fill(place, free)
      const { status, stderr } = site.run(['gabarit', 'backup', site.path(name), '--force'])
      const at = `${free} pages free: ${stderr}`
      if (status !== 0) assert.match(stderr, 'no space left on device', at)
      assert.not.match(stderr, 'bug in gabarit', at)
      const { databases } = await readArchive(readFileSync(site.path(name)), keys, name)
      assert.is(databases.get('configuration')?.has('later') === true, status === 0, at)
      assert.equal(readdirSync(place).sort(), ['ballast', 'gate.tar.age'], at)
      seen.add(status ?? -1)
      unmount(site, place)
    }
    assert.ok(seen.size === 2 && seen.has(0), `some had no room, some had: ${[...seen]}`)
    rmSync(safe, { recursive: true })
  },
)

testIf(disk, tools, 'a full disk while a backup is restored: as before, or as it was saved', async () => {
  const safe = mkdtempSync(join(tmpdir(), 'gabarit-safe-'))
  const { archive, identity, site: saved } = savedSites(safe)
  const deed = new RunRequest('restore', saved(), ['gabarit', 'restore', archive, '--identity', identity])
  const wrong: string[] = []
  const seen = { refused: 0, done: 0 }
  for (const folder of DISKS)
    for (const free of [0, 2, 5, 9, 14, 20, 28, 40]) {
      const site = deed.site()
      const place = mount(site, folder)
      fill(place, free)
      const { status, stdout, stderr } = site.run(deed.command)
      seen[status === 0 ? 'done' : 'refused']++
      const problems: string[] = []
      if (status !== 0 && !/no space left on device/.test(stderr)) problems.push(`exit ${status}: ${stdout}${stderr}`)
      rmSync(join(place, 'ballast'))
      problems.push(...(await repairAndJudge(site, deed, next())))
      wrong.push(...problems.map(problem => `${free} pages free on ${folder}: ${problem}`))
      unmount(site, place)
    }
  assert.is(wrong.join('\n'), '')
  assert.ok(seen.refused >= 5 && seen.done >= 5, JSON.stringify(seen))
  rmSync(safe, { recursive: true })
})

disk.run()
