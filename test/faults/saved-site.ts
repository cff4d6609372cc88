import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { must } from '../support/sandbox.ts'
import { type Site, waitingSite } from './site.ts'

/**
 * Servers that have gone on since their backup: other records, a fragment of their own is gone, a file is no longer pinned.
 * @param safe where the archive is, and the key that opens it
 */
export function savedSites(safe: string): {
  readonly archive: string
  readonly identity: string
  readonly site: () => Site
} {
  const [identity, archive] = [join(safe, 'key.txt'), join(safe, 'site.tar.age')]
  must(['age-keygen', '-o', identity])
  const recipient = must(['age-keygen', '-y', identity]).trim()
  const site = () => {
    const site = waitingSite()
    const record = ['backup', 'service', 'Recipients', recipient, 'Folder', '/var/backups/gabarit', 'KeepDays', '30']
    site.must(['config', 'set', ...record])
    const fragment = site.path('/etc/gabarit/templates-custom/etc/note')
    outputFileSync(fragment, 'own <%= config.note.text %>\n')
    site.must(['gabarit', 'pin', '/etc/same', '--note', 'as it was'])
    site.must(['gabarit', 'backup', archive, '--force'])
    site.must(['gabarit', 'unpin', '/etc/same'])
    rmSync(fragment)
    site.must(['signal-event', 'change'])
    site.must(['db', 'sites', 'set', 'd', 'site', 'title', 'Fourth'])
    return site
  }
  return { archive, identity, site }
}
