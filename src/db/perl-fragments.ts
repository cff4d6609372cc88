import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { plural } from '../base/plural.ts'
import { below, type Paths } from '../system/places.ts'
import { entriesIn } from '../system/read-files.ts'

/** Where a site's own fragments are on SME Server. Nothing here reads them. */
const FOLDER = '/etc/e-smith/templates-custom'

/** What to say about the site's own fragments that SME Server has left on this machine; empty without any. */
export function fragmentsToCopy(places: Paths): string[] {
  const names = namesBelow(below(places, FOLDER))
  if (names.length === 0) return []
  const what = `${FOLDER} holds ${plural(names.length, 'fragment')} of SME Server, which nothing here uses`
  return [`${what}: copy what you need to /etc/gabarit/templates-custom: ${names.join(', ')}`]
}

/** The paths of the files below a folder, in order. */
function namesBelow(folder: string, start = ''): string[] {
  return entriesIn(join(folder, start))
    .flatMap(entry => (entry.isDirectory() ? namesBelow(folder, `${start}${entry.name}/`) : [`${start}${entry.name}`]))
    .sort(compareBytes)
}
