import { join } from 'node:path'
import { plural } from '../base/plural.ts'
import { below, type Paths } from '../system/places.ts'
import { entriesIn } from '../system/read-files.ts'

/** Where a site's own fragments are on SME Server. Nothing here reads them. */
const FOLDER = '/etc/e-smith/templates-custom'

/** A sentence about the site's own fragments that SME Server has left on this machine; empty without any. */
export function fragmentsToRewrite(places: Paths): string[] {
  const count = filesBelow(below(places, FOLDER))
  if (count === 0) return []
  const what = `${FOLDER} holds ${plural(count, 'fragment')} of SME Server, which nothing here uses`
  return [`${what}: rewrite what you need for /etc/gabarit/templates-custom`]
}

function filesBelow(folder: string): number {
  const counts = entriesIn(folder).map(entry => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : 1))
  return counts.reduce((sum, count) => sum + count, 0)
}
