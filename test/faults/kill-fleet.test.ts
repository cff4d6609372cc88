// kill -9 and full disks while a release of a fleet is taken: the old state or the new one, with what was pending.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import { RunRequest } from './deed.ts'
import { fleetSites } from './fleet-site.ts'
import { killAtEveryStep } from './sweep.ts'

const folder = mkdtempSync(join(tmpdir(), 'gabarit-release-'))
const { site, take } = await fleetSites(folder)

const taking = suite('taking a release')
killAtEveryStep(taking, () => new RunRequest('take', site(), take))
taking.after(() => rmSync(folder, { recursive: true }))
taking.run()
