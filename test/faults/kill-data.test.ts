// kill -9 and full disks while data is saved and restored by restic: what is in the repository stays whole, and each file is the
// old or the new one. GABARIT_TEST_KILLS=100 says how often.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { random } from '../support/random.ts'
import { must, run } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { waitFor } from '../support/wait.ts'
import { atStep } from './deed.ts'
import { Site } from './site.ts'
import { SEED } from './sweep.ts'

const KILLS = Number(process.env.GABARIT_TEST_KILLS ?? 3)
const data = suite('data that is saved and restored')
const step = stepsOf(data, needsCommands('restic', 'mount') ?? enterNamespace('data'))
const next = random(SEED)

const NAMES = ['a', 'b', 'c']
const FOLDER = '/srv/shop'
const content = (name: string, version: number) =>
  createHash('sha512').update(`${name}${version}`).digest().toString('hex').repeat(4000)

let site: Site
let disk: string
const RESTORE = ['gabarit', 'restore', '--data', 'nas', FOLDER, '--to', '/']
const BACKUP = ['gabarit', 'backup', '--data', 'nas']
const restore = () => [...RESTORE.slice(0, -1), disk]
const target = () => join(disk, site.path(FOLDER))
const restic = (...args: string[]) =>
  must(['restic', '--no-cache', '-r', site.path('/mnt/restic'), ...args], {
    env: { RESTIC_PASSWORD: 'four random words' },
  })

function write(folder: string, version: number): void {
  mkdirSync(folder, { recursive: true })
  for (const name of NAMES) writeFileSync(join(folder, name), content(name, version))
}

/** Which version each file of a folder is; 0: none that is known. */
function versions(folder: string): number[] {
  return NAMES.map(name => {
    const text = readFileSync(join(folder, name), 'utf8')
    return [1, 2, 3].find(version => text === content(name, version)) ?? 0
  })
}

/** What is left of an interrupted restore. */
const left = () =>
  readdirSync(disk, { recursive: true, encoding: 'utf8' }).filter(path => path.includes('.gabarit-restored'))

/** Kills a command some milliseconds after its start, alone or with the restic that it has started. @returns milliseconds that it ran */
async function killed(command: readonly string[], after: number, withRestic: boolean): Promise<number> {
  const [program = '', ...args] = command
  const started = performance.now()
  const child = spawn(program, args, { env: { ...process.env, ...site.env }, cwd: '/', stdio: 'ignore' })
  const ended = new Promise(resolve => child.on('exit', resolve))
  let left: number[] = []
  const timer = setTimeout(() => {
    // It starts nothing more. What it has started may not be restic yet.
    child.kill('SIGSTOP')
    left = childrenOf(child.pid ?? 0)
    child.kill('SIGKILL')
    if (withRestic) for (const pid of left) process.kill(pid, 'SIGKILL')
  }, after)
  await ended
  clearTimeout(timer)
  const took = performance.now() - started
  // What was left alone ends by itself.
  await waitFor('restic', () => !left.some(pid => existsSync(`/proc/${pid}`)) || undefined)
  return took
}

function childrenOf(pid: number): number[] {
  const threads = `/proc/${pid}/task`
  if (!existsSync(threads)) return []
  const lists = readdirSync(threads).map(thread => readFileSync(join(threads, thread, 'children'), 'utf8'))
  return lists.flatMap(list => list.trim().split(' ').filter(Boolean).map(Number))
}

data.after(() => {
  site?.remove()
  run(['umount', disk])
})

step('a repository with one state, and a disk on which it was restored', () => {
  site = new Site()
  disk = mkdtempSync(join(tmpdir(), 'gabarit-disk-'))
  must(['mount', '-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk])
  mkdirSync(site.path('/mnt'), { recursive: true })
  site.must([
    'db',
    'backups',
    'set',
    'nas',
    'data',
    'Folders',
    '/srv',
    'Repository',
    '/mnt/restic',
    'status',
    'enabled',
  ])
  site.must(['db', 'backups', 'setprop', 'nas', 'KeepDaily', '14', 'KeepMonthly', '1', 'Password', 'four random words'])
  write(site.path(FOLDER), 1)
  site.must(BACKUP)
  site.must(restore())
  assert.equal(versions(target()), [1, 1, 1])
})

step(`${KILLS} times while it is saved: the repository is whole, with the old state or the new one`, async () => {
  let time = 2000
  for (let kill = 0; kill < KILLS; kill++) {
    write(site.path(FOLDER), 2 + (kill % 2))
    time = await killed(BACKUP, next() * time, kill % 2 === 0)
    // The lock of a restic that was killed is its only trace; unlock leaves those of living ones.
    restic('unlock')
    restic('check')
    const found = must(
      ['restic', '--no-cache', '-r', site.path('/mnt/restic'), 'dump', 'latest', site.path(`${FOLDER}/a`)],
      {
        env: { RESTIC_PASSWORD: 'four random words' },
      },
    )
    assert.ok(
      [1, 2, 3].some(version => found === content('a', version)),
      `seed ${SEED}, kill ${kill}`,
    )
  }
  site.must(BACKUP)
})

step('killed at each of its own steps while it restores: each file is whole, and the next run clears away', () => {
  const notes = join(disk, 'notes')
  site.must(restore(), { env: atStep({ root: disk, notes }) })
  const steps = readFileSync(notes, 'utf8').trimEnd().split('\n')
  rmSync(notes)
  const chosen = steps
    .map((name, at) => ({ name, step: at + 1 }))
    .filter(({ step }) => step % Math.ceil(steps.length / KILLS) === 0)
  assert.ok(steps.filter(name => name.startsWith('rename')).length >= NAMES.length, steps.join('\n'))
  for (const { name, step } of chosen) {
    write(target(), 1)
    site.run(restore(), { env: atStep({ root: disk, step }) })
    assert.not(versions(target()).includes(0), name)
    site.must(restore())
    assert.equal(left(), [], name)
    assert.not(versions(target()).includes(1), name)
  }
})

step(`${KILLS} times at random while it restores`, async () => {
  let time = 2000
  for (let kill = 0; kill < KILLS; kill++) {
    write(target(), 1)
    time = await killed(restore(), next() * time, kill % 2 === 0)
    assert.not(versions(target()).includes(0), `seed ${SEED}, kill ${kill}`)
  }
  site.must(restore())
  assert.equal(left(), [])
})

step('no room where it is restored: refused, and nothing is changed', () => {
  write(target(), 1)
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(join(disk, 'ballast'), Buffer.alloc((bavail - 300) * bsize))
  const { status, stderr } = site.run(restore())
  rmSync(join(disk, 'ballast'))
  assert.is(status, 3, stderr)
  assert.match(stderr, /no space left on device/)
  assert.equal(versions(target()), [1, 1, 1])
  assert.equal(left(), [])
})

step('no room for the repository: told, and the old state can be restored', () => {
  const place = site.path('/mnt')
  const copy = join(disk, 'restic')
  must(['cp', '-a', join(place, 'restic'), copy])
  must(['mount', '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', place])
  must(['cp', '-a', copy, place])
  rmSync(copy, { recursive: true })
  for (const name of NAMES)
    writeFileSync(site.path(`${FOLDER}/${name}`), Buffer.from(Array.from({ length: 4_000_000 }, () => next() * 256)))
  const { status, stderr } = site.run(BACKUP)
  assert.is(status, 1, stderr)
  assert.match(stderr, /nas was not saved.*no space left on device/s)
  write(target(), 1)
  site.must(restore())
  assert.not(versions(target()).includes(0))
  write(site.path(FOLDER), 3)
  site.must(BACKUP)
  restic('check')
  must(['umount', place])
})

data.run()
