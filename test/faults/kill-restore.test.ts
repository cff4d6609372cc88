// kill -9 while a backup is written, and while one is restored.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { identitiesIn } from '../../src/modules/backup/keys.ts'
import { readArchive } from '../../src/modules/backup/read.ts'
import { needsCommands } from '../support/packages.ts'
import { must } from '../support/sandbox.ts'
import { atStep, RunRequest } from './deed.ts'
import { namesIn, type Site, waitingSite } from './site.ts'
import { killAtEveryStep } from './sweep.ts'

const reason = needsCommands('age-keygen')
if (reason !== undefined) throw new Error(reason)

const safe = mkdtempSync(join(tmpdir(), 'gabarit-safe-'))
const [identity, archive] = [join(safe, 'key.txt'), join(safe, 'site.tar.age')]
must(['age-keygen', '-o', identity])

/** A server that has gone on since its backup: other records, and a fragment of its own is gone. */
function savedSite(): Site {
  const site = waitingSite()
  site.must(['config', 'set', 'backup', 'service', 'Recipients', must(['age-keygen', '-y', identity]).trim()])
  const fragment = site.path('/etc/gabarit/templates-custom/etc/note')
  outputFileSync(fragment, 'own <%= config.note.text %>\n')
  site.must(['gabarit', 'backup', archive, '--force'])
  rmSync(fragment)
  site.must(['signal-event', 'change'])
  site.must(['db', 'sites', 'set', 'd', 'site', 'title', 'Fourth'])
  return site
}

const restore = suite('a restored backup')
killAtEveryStep(
  restore,
  () => new RunRequest('restore', savedSite(), ['gabarit', 'backup', 'restore', archive, '--identity', identity]),
)
restore.run()

const backup = suite('a backup')
backup.after(() => rmSync(safe, { recursive: true }))
backup('killed -9 at every step: each archive in the folder is whole', async () => {
  const request = new RunRequest('backup', savedSite(), ['gabarit', 'backup'])
  const keys = { identities: identitiesIn(readFileSync(identity, 'utf8')) }
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
backup.run()
