import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { must } from '../support/sandbox.ts'
import { RunRequest } from './deed.ts'
import { oldServerFolder } from './old-server.ts'
import { changedSite, type Site, waitingSite } from './site.ts'

/** Folders of a site that are made a disk of their own. */
export const DISKS = ['/', '/etc', '/var/lib/gabarit', '/var/lib/gabarit/db', '/etc/sites'] as const

const lines = Array.from({ length: 200 }, (_, number) => `set k${number} thing value ${number}\n`).join('')

/** One of each kind of command that changes something. */
export function makeDeeds(): RunRequest[] {
  return [
    new RunRequest('event', waitingSite(), ['signal-event', 'change']),
    new RunRequest('apply', waitingSite(), ['gabarit', 'apply']),
    new RunRequest('rollback', changedSite(), ['gabarit', 'rollback', '1']),
    new RunRequest('import', waitingSite(), ['gabarit', 'import', '--server', oldServerFolder()]),
    new RunRequest('batch', waitingSite(), ['db', 'sites', 'batch'], lines),
  ]
}

/** Chooses one. @param lot in [0, 1) */
export function oneOf<Item>(items: readonly Item[], lot: number): Item {
  const item = items[Math.floor(lot * items.length)]
  if (item === undefined) throw new Error('there are none')
  return item
}

/** Makes a folder of a site a disk of its own, in memory, with what it holds. @returns the real folder */
export function mount(site: Site, folder: string): string {
  const place = site.path(folder)
  const options = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true }
  const content = mkdtempSync(join(tmpdir(), 'gabarit-content-'))
  cpSync(place, content, options)
  must(['mount', '-t', 'tmpfs', '-o', 'size=4m,mode=0755', 'tmpfs', place])
  cpSync(content, place, options)
  rmSync(content, { recursive: true })
  return place
}

/** Takes the disk away, and the site with it. */
export function unmount(site: Site, place: string): void {
  must(['umount', place])
  site.remove()
}
