import { usageFailure } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { Places } from '../../system/places.ts'
import type { Archive } from './read.ts'
import { describedPaths } from './saved-files.ts'

/**
 * Some databases of an archive, with the files that their records name; without the site's folder, edits and pins.
 * @param names comma-separated
 * @throws Failure (usage) for a database that is not in it
 */
export function partOf(archive: Archive, names: string, places: Places): Archive {
  const wanted = names.split(',')
  const known = [...archive.databases.keys()]
  for (const name of wanted)
    if (!archive.databases.has(name))
      throw usageFailure(`the backup has no database "${name}"${didYouMean(name, known)}`, `It has: ${known.join(' ')}`)
  const databases = new Map([...archive.databases].filter(([name]) => wanted.includes(name)))
  const roots = describedPaths(places, databases)
  const isIn = (path: string) => roots.some(root => path === root || path.startsWith(`${root}/`))
  const named = archive.files.filter(({ path }) => isIn(path) && !archive.edited.has(path))
  return { ...archive, databases, files: named, edited: new Map(), pins: new Map() }
}
