// A disk becomes read-only while a command runs, in a private namespace: nothing changes, or everything, at the latest when the
// next command has repaired what could not be put back.
import { mkdirSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { random } from '../support/random.ts'
import { must, Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { atStep } from './deed.ts'
import { DISKS, makeDeeds, mount, oneOf, unmount } from './disks.ts'
import { repairAndJudge } from './kill.ts'
import { SEED } from './sweep.ts'

const reason = enterNamespace('disk')
const disk = suite('disks')
const next = random(SEED)
const READ_ONLY = 50

testIf(disk, reason, `${READ_ONLY} that become read-only at some step`, async () => {
  const deeds = makeDeeds()
  const wrong: string[] = []
  const seen = { refused: 0, done: 0 }
  for (let run = 1; run <= READ_ONLY; run++) {
    const deed = oneOf(deeds, next())
    const folder = oneOf(DISKS, next())
    const { number, name } = oneOf(
      deed.steps.filter(step => !step.name.startsWith('write')),
      next(),
    )
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
    problems.push(...(await repairAndJudge(site, deed, next())))
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

testIf(disk, reason, 'a backup on a read-only disk: the message names it, not the file that it would be first', () => {
  const box = new Sandbox()
  box.must(['config', 'set', 'backup', 'service', 'Passphrase', 'correct horse battery staple'])
  const folder = box.path('/mnt')
  mkdirSync(folder)
  must(['mount', '-t', 'tmpfs', '-o', 'ro', 'none', folder])
  const { status, stderr } = box.run(['gabarit', 'backup', `${folder}/gate.tar.age`])
  must(['umount', folder])
  box.remove()
  assert.equal([status, stderr], [1, `${folder}/gate.tar.age: read-only file system\n`])
})

disk.run()
