import { databaseFile, type Paths } from '../system/places.ts'
import { hasBytes } from '../system/read-files.ts'
import { lastGoodPath } from './damage.ts'
import { serialize } from './json.ts'
import { recordsOf } from './store.ts'

/**
 * The text of a database with its secrets in clear. What is the same in its last good copy was written by us: it need not be
 * parsed, unless some of it is encrypted.
 * @throws Failure if it is lost, damaged or unreadable
 */
export function clearText(places: Paths, name: string): Buffer {
  const { path, files } = databaseFile(places, name)
  const real = files.realPath(path) ?? path
  if (files.state(real)?.kind === 'file') {
    const text = files.read(real)
    if (!text.includes('"sealed"') && hasBytes(lastGoodPath(real), text)) return text
  }
  return Buffer.from(serialize(recordsOf(places, name)))
}
