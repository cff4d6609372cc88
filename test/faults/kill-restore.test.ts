// kill -9 while a backup is written, and while one is restored.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { identitiesIn } from '../../src/archive/identity.ts'
import { readArchive } from '../../src/modules/backup/read.ts'
import { needsCommands } from '../support/packages.ts'
import { atStep, RunRequest } from './deed.ts'
import { killAtRandom } from './random-kills.ts'
import { savedSites } from './saved-site.ts'
import { namesIn } from './site.ts'
import { killAtEveryStep } from './sweep.ts'

const reason = needsCommands('age-keygen')
if (reason !== undefined) throw new Error(reason)

const safe = mkdtempSync(join(tmpdir(), 'gabarit-safe-'))
const { archive, identity, site: savedSite } = savedSites(safe)
const keys = { identities: identitiesIn(readFileSync(identity, 'utf8')) }

const restore = suite('a restored backup')
const restoring = () =>
  new RunRequest('restore', savedSite(), ['gabarit', 'backup', 'restore', archive, '--identity', identity])
killAtEveryStep(restore, restoring)
// Each step is enough every day: this takes minutes.
// With the executable, the changes are a tenth of what follows its trigger.
if (process.env.GABARIT_TEST_KILLS !== undefined) killAtRandom(restore, restoring, 0.05)
restore.run()

const backup = suite('a backup')
backup.after(() => rmSync(safe, { recursive: true }))
backup('killed -9 at every step: each archive in the folder is whole', async () => {
  const request = new RunRequest('backup', savedSite(), ['gabarit', 'backup'])
  const seen = new Set<number>()
  for (const { number } of request.steps) {
    const site = request.site()
    const { stderr } = site.run(request.command, { env: atStep({ root: site.root, step: number }) })
    assert.match(stderr, 'killed by SIGKILL')
    const folder = site.path('/var/backups/gabarit')
    const archives = namesIn(folder).filter(name => !name.startsWith('.'))
    seen.add(archives.length)
    for (const name of archives) await readArchive(readFileSync(join(folder, name)), keys, name)
    site.must(request.command)
    site.remove()
  }
  assert.equal([...seen].sort(), [0, 1])
})

backup('killed -9 while it replaces an archive: the old one or the new one, no half one under its name', async () => {
  const prototype = savedSite()
  const name = '/var/backups/gate.tar.age'
  outputFileSync(prototype.path(name), readFileSync(archive))
  prototype.must(['config', 'set', 'later', 'record'])
  const found = new Set<boolean>()
  for (let step = 1, killed = true; killed; step++) {
    const site = prototype.copy()
    const command = ['gabarit', 'backup', site.path(name), '--force']
    killed = site.run(command, { env: atStep({ root: site.root, step }) }).stderr.includes('killed by SIGKILL')
    const { databases } = await readArchive(readFileSync(site.path(name)), keys, name)
    found.add(databases.get('configuration')?.has('later') === true)
    site.must(command)
    site.remove()
  }
  assert.equal([...found].sort(), [false, true])
})

backup.run()
