// Full disks while a release of a fleet is taken: nothing changes, or everything.
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { testIf } from '../support/skip.ts'
import { RunRequest } from './deed.ts'
import { DISKS, mount, unmount } from './disks.ts'
import { fleetSites } from './fleet-site.ts'
import { repairAndJudge } from './kill.ts'

const reason = enterNamespace('disk')
const disk = suite('a release on full disks')
const folder = mkdtempSync(join(tmpdir(), 'gabarit-release-'))
disk.after(() => rmSync(folder, { recursive: true }))

/** Chooses how it is repaired, and that the same order is not given again: what was refused needs a new attempt. */
const LOT = 0.502

testIf(disk, reason, 'refused or taken, as a whole; what was refused changes nothing', async () => {
  const { site: make, take } = await fleetSites(folder)
  const deed = new RunRequest('take', make(), take)
  const wrong: string[] = []
  const seen = new Set<number>()
  for (const where of DISKS.slice(0, 4))
    for (const free of [0, 4]) {
      const site = deed.site()
      const place = mount(site, where)
      writeFileSync(join(place, 'ballast'), Buffer.alloc(Math.max(0, statfsSync(place).bavail - free) * 4096))
      const { status, stdout, stderr } = site.run(take)
      seen.add(status)
      const at = `${free} pages free on ${where}`
      if (status !== 0 && !/no space left on device/.test(stderr)) wrong.push(`${at}: ${status}: ${stdout}${stderr}`)
      rmSync(join(place, 'ballast'))
      wrong.push(...(await repairAndJudge(site, deed, LOT)).map(problem => `${at}: ${problem}`))
      unmount(site, place)
    }
  assert.is(wrong.join('\n'), '')
  assert.ok(seen.has(3))
})

disk.run()
