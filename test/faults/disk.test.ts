// Disks that are full or become read-only, in private namespaces: nothing changes, or everything; and when there is room again,
// the next command repairs what could not be put back.
import { cpSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { random } from '../support/random.ts'
import { must } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { atStep, Deed } from './deed.ts'
import { repairAndJudge } from './kill.ts'
import { changedSite, type Site, waitingSite } from './site.ts'
import { SEED } from './sweep.ts'

const reason = enterNamespace(import.meta.filename, 'disk')
const disk = suite('disks')
const next = random(SEED)
const FULL = 100
const READ_ONLY = 50
const PAGE = 4096

/** Folders that are a disk of their own. */
const DISKS = ['/', '/etc', '/var/lib/gabarit', '/var/lib/gabarit/db', '/etc/sites'] as const

const lines = Array.from({ length: 200 }, (_, number) => `set k${number} thing value ${number}\n`).join('')
const makeDeeds = (): Deed[] => [
  new Deed('event', waitingSite(), ['signal-event', 'change']),
  new Deed('apply', waitingSite(), ['gabarit', 'apply']),
  new Deed('rollback', changedSite(), ['gabarit', 'rollback', '1']),
  new Deed('batch', waitingSite(), ['db', 'sites', 'batch'], lines),
]
const deeds = reason === undefined ? makeDeeds() : []

const oneOf = <Item>(items: readonly Item[]): Item => {
  const item = items[Math.floor(next() * items.length)]
  if (item === undefined) throw new Error('there are none')
  return item
}

/** Makes a folder of a site a disk of its own, in memory, with what it holds. */
function mount(site: Site, folder: string): string {
  const place = site.path(folder)
  const content = mkdtempSync(join(tmpdir(), 'gabarit-content-'))
  cpSync(place, content, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  must(['mount', '-t', 'tmpfs', '-o', 'size=4m,mode=0755', 'tmpfs', place])
  cpSync(content, place, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  rmSync(content, { recursive: true })
  return place
}

/** Fills a disk up to so many free pages. */
function fill(place: string, free: number): void {
  const { bavail } = statfsSync(place)
  const size = Math.max(0, bavail - free) * PAGE
  writeFileSync(join(place, 'ballast'), Buffer.alloc(size))
}

function unmount(site: Site, place: string): void {
  must(['umount', place])
  site.remove()
}

testIf(disk, reason, `${FULL} full ones`, () => {
  const wrong: string[] = []
  const seen = { refused: 0, done: 0 }
  for (let run = 1; run <= FULL; run++) {
    const deed = oneOf(deeds)
    const folder = oneOf(DISKS)
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
    problems.push(...repairAndJudge(site, deed, next()))
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

testIf(disk, reason, `${READ_ONLY} that become read-only at some step`, () => {
  const wrong: string[] = []
  const seen = { refused: 0, done: 0 }
  for (let run = 1; run <= READ_ONLY; run++) {
    const deed = oneOf(deeds)
    const folder = oneOf(DISKS)
    const { number, name } = oneOf(deed.steps.filter(step => !step.name.startsWith('write')))
    const site = deed.site()
    const place = mount(site, folder)
    const command = ['mount', '-o', 'remount,ro', place]
    const env = atStep({ root: site.root, step: number, command })
    const { status, stdout, stderr } = site.run(deed.command, { input: deed.input, env })
    seen[status === 0 ? 'done' : 'refused']++
    const problems: string[] = []
    if (status !== 0 && !/read-only file system/.test(stderr)) problems.push(`exit ${status}: ${stdout}${stderr}`)
    if (/bug in gabarit/.test(stderr)) problems.push(stderr)
    must(['mount', '-o', 'remount,rw', place])
    problems.push(...repairAndJudge(site, deed, next()))
    const at = `seed ${SEED}, run ${run}, ${deed.name}, ${folder} read-only at step ${number}, ${name}`
    wrong.push(...problems.map(problem => `${at}: ${problem}`))
    unmount(site, place)
  }
  process.stdout.write(
    `${READ_ONLY} runs with a read-only disk, seed ${SEED} (GABARIT_TEST_SEED): ${seen.refused} refused, ${seen.done} done\n`,
  )
  assert.is(wrong.join('\n'), '')
  assert.ok(seen.refused >= READ_ONLY / 10)
})

disk.run()
