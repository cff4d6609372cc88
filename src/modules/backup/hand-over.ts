import { basename, join } from 'node:path'
import { refusal } from '../../base/failure.ts'
import { below, type Places } from '../../system/places.ts'
import type { System } from '../../system/system.ts'
import { jobNamed, refuseUnready } from './jobs.ts'
import { hasRun } from './last-runs.ts'
import { Restic } from './restic.ts'
import type { Settings } from './settings.ts'

/** How long a copy to another machine may take, in milliseconds. */
const PATIENCE = 600_000

/** Before the name of a backup of data, whose repository then has the archives, too. */
const RESTIC = 'restic:'

/**
 * Copies an archive to where `CopyTo` says: a folder, `restic:JOB`, or `HOST:FOLDER` by scp with the keys of root.
 * @returns the copy; undefined if the property is empty
 * @throws Failure (refused) if it cannot be copied; the archive itself is there
 */
export async function handOver(
  settings: Settings,
  places: Places,
  system: System,
  file: string,
): Promise<string | undefined> {
  const wanted = settings.get('CopyTo') ?? ''
  if (wanted === '') return undefined
  const name = basename(file)
  const real = below(places, file)
  if (wanted.startsWith('/')) {
    const folder = below(places, wanted)
    // A disk that is not mounted must not look like a good copy.
    if (system.state(folder)?.kind !== 'folder')
      throw refusal('is no folder, so the backup is not copied', { where: wanted, hint: `It is in ${file}.` })
    system.replace(join(folder, name), system.read(real), { mode: 0o600, uid: 0, gid: 0 })
    return join(wanted, name)
  }
  if (wanted.startsWith(RESTIC)) {
    const job = jobNamed(places, wanted.slice(RESTIC.length))
    refuseUnready(job)
    const restic = new Restic(job, places, system)
    await restic.makeReady(hasRun(job, places))
    await restic.must(['backup', '--quiet', '--tag', 'gabarit-settings', '--', real])
    return wanted
  }
  const target = `${wanted.replace(/\/$/, '')}/${name}`
  const { status, output, problem } = await system.run(['scp', '-B', '-o', 'LogLevel=ERROR', '--', real, target], {
    timeout: PATIENCE,
  })
  if (status !== 0)
    throw refusal(`the backup could not be copied to ${target}: ${problem ?? output.trim()}`, {
      hint: `It is in ${file}.`,
    })
  return target
}
