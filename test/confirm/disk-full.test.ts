// A full disk when nobody confirms in time, in a private namespace: a disk in memory below gabarit's own folder.
import { cpSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { must } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { pause, waitFor } from '../support/wait.ts'
import { Server } from './server.ts'

const reason = enterNamespace('confirm')
const full = suite('a full disk in the window')
const STATE = '/var/lib/gabarit'
/** Which of the two is told depends on what there is no room for: the lock, or what it takes to go back. */
const TOLD = /ROLLBACK FAILED|NO AUTOMATIC ROLLBACK/

/** Puts gabarit's folder on a small disk of its own. */
function onOwnDisk(box: Server): string {
  const place = box.path(STATE)
  const content = mkdtempSync(join(tmpdir(), 'gabarit-content-'))
  cpSync(place, content, { recursive: true, verbatimSymlinks: true })
  must(['mount', '-t', 'tmpfs', '-o', 'size=4m,mode=0755', 'tmpfs', place])
  cpSync(content, place, { recursive: true, verbatimSymlinks: true })
  rmSync(content, { recursive: true })
  return place
}

testIf(
  full,
  reason,
  'everybody is told once, the guard gives up; with room again the next command goes back',
  async () => {
    const box = new Server()
    const place = onOwnDisk(box)
    box.arm('2', '3s')
    const guard = await box.guard()
    const { bavail, bsize } = statfsSync(place)
    writeFileSync(join(place, 'ballast'), Buffer.alloc(bavail * bsize))
    await waitFor('the announcement', () => TOLD.test(box.announced))
    await waitFor('the guard to give up', () => box.run(['kill', '-0', String(guard)]).status !== 0)
    await pause(1000)
    assert.is(box.announced.split(TOLD).length, 2, box.announced)
    assert.equal([box.read('/etc/x'), box.isPending], ['x 2\n', true])
    rmSync(join(place, 'ballast'))
    assert.match(box.run('gabarit confirm expired').stderr, 'was rolled back. Everything is as it was after entry 1')
    assert.equal([box.read('/etc/x'), box.word, box.isPending], ['x 1\n', '1', false])
    must(['umount', place])
    box.remove()
  },
)

full.run()
