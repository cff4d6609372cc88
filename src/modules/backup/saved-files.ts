import { dirname, join, resolve } from 'node:path'
import { compareBytes } from '../../base/byte-order.ts'
import { sha256 } from '../../base/sha256.ts'
import { listDatabases } from '../../db/all-databases.ts'
import { readDatabase } from '../../db/store.ts'
import type { Snapshot } from '../../state/history/snapshot.ts'
import { type Manifest, readManifest } from '../../state/manifest.ts'
import { type Pins, readPins } from '../../state/pins.ts'
import { below, databaseFile, type Places } from '../../system/places.ts'
import type { System } from '../../system/system.ts'
import { descriptionsWithFiles, type Source } from './source.ts'

/** The files of the server that are in a backup, and what is known of those that templates make. */
export interface FilesToSave {
  /** Files, and folders with all that they ever hold; some are not there. */
  readonly roots: readonly string[]
  /** On the server, in byte order. */
  readonly paths: readonly string[]
  /** Those that a person has changed since they were generated, or pinned. */
  readonly edited: Manifest
  readonly pins: Pins
}

/**
 * What no template makes: the site's own folder, what the descriptions name (keys, certificates, accounts), and generated files
 * that a person has changed.
 */
export function filesToSave(places: Places, system: System, source: Source): FilesToSave {
  const [manifest, pins] = [readManifest(places), readPins(places)]
  const edited = editedFiles(manifest, pins, places, system)
  const described = describedPaths(places, databasesWithFiles(places, source), source.descriptions)
  const roots = ['/etc/gabarit', ...described, ...edited.keys()]
  const paths = filesUnder(roots, places, system).filter(path => !manifest.has(path) || edited.has(path))
  return { roots, paths, edited, pins }
}

/** What stands for bytes that are no text in UTF-8. */
const NO_TEXT = '\ufffd'

/** Files that cannot be saved, because nobody can name them: their names are not in UTF-8. */
export function unnamable(paths: readonly string[], places: Places, system: System): string[] {
  return paths.filter(path => path.includes(NO_TEXT) && system.state(below(places, path)) === undefined)
}

/** What is at these paths and below them, with folders, and with what links lead to; in byte order. */
export function filesUnder(roots: readonly string[], places: Places, system: System): string[] {
  const found: Found = new Map()
  for (const root of roots) walk(resolve(root), places, system, found)
  if ([...found.values()].every(target => target === undefined)) return [...found.keys()].sort(compareBytes)
  // Nothing can be restored through a link that is restored itself. What comes in meanwhile is looked at, too.
  for (const path of found.keys()) {
    const link = linkAbove(path, found)
    if (link === undefined) continue
    found.delete(path)
    walk(join(found.get(link) ?? '', path.slice(link.length)), places, system, found)
  }
  return [...found.keys()].sort(compareBytes)
}

/** What was found, and what it leads to, if it is a link. */
type Found = Map<string, string | undefined>

function linkAbove(path: string, found: Found): string | undefined {
  const above = dirname(path)
  if (above === path) return undefined
  return found.get(above) === undefined ? linkAbove(above, found) : above
}

function editedFiles(manifest: Manifest, pins: Pins, places: Places, system: System): Manifest {
  return new Map(
    [...manifest].filter(([path, { sha256: written }]) => {
      const real = below(places, path)
      return system.state(real)?.kind === 'file' && (pins.has(path) || sha256(system.read(real)) !== written)
    }),
  )
}

/**
 * Paths that the descriptions of records name, with those that are values of properties.
 * @param databases as they are, or as in an archive
 */
export function describedPaths(
  places: Places,
  databases: Snapshot,
  descriptions = descriptionsWithFiles(places),
): string[] {
  return [...databases].flatMap(([database, records]) => {
    return [...records.values()].flatMap(({ key, type, properties }) => {
      const description = descriptions.of(database, key, type)
      const values = [...(description?.properties ?? [])].flatMap(([name, { backup }]) => {
        const value = properties.get(name) ?? ''
        return backup === true && value.startsWith('/') ? [resolve(value)] : []
      })
      return [...(description?.backup ?? []), ...values]
    })
  })
}

/** Those whose descriptions name files: the others may have ten thousand records, and need not be read. */
function databasesWithFiles(places: Places, { configuration, descriptions }: Source): Snapshot {
  const named = listDatabases(places).filter(name => descriptions.describes(name))
  const records = (name: string) =>
    (name === 'configuration' ? configuration : readDatabase(databaseFile(places, name))) ?? new Map()
  return new Map(named.map(name => [name, records(name)]))
}

/** A file; a folder with all below it; a link, and what it leads to: a file, or a folder below its own. */
function walk(path: string, places: Places, system: System, found: Found): void {
  if (found.has(path)) return
  const real = below(places, path)
  const kind = system.state(real)?.kind
  if (kind === 'other' || (kind === undefined && !path.includes(NO_TEXT))) return
  const target = kind === 'link' ? resolve(dirname(path), system.readLink(real)) : undefined
  found.set(path, target)
  if (kind === 'folder') for (const name of system.list(real)) walk(join(path, name), places, system, found)
  if (target === undefined) return
  if (target.startsWith(`${dirname(path)}/`) || system.state(below(places, target))?.kind === 'file')
    walk(target, places, system, found)
}
