import { createRequire } from 'node:module'
import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { Failure, messageOf } from '../base/failure.ts'
import { type Paths, packageFolders } from '../system/places.ts'
import { namesIn } from '../system/read-files.ts'
import { refuseUnsafePart } from '../system/trust.ts'
import type { Draft } from './draft.ts'

/** What a migration file exports: `module.exports = (database, { warn }) => { … }`. */
type Migration = (database: Draft, tools: { warn: (message: string) => void }) => unknown

/** The migrations of a database, in byte order of their names. A site's migration replaces a shipped one of the same name. */
export function migrationFiles(places: Paths, database: string): string[] {
  const byName = new Map<string, string>()
  for (const base of packageFolders(places)) {
    const folder = join(base, 'db', database, 'migrate')
    for (const name of namesIn(folder)) if (/^[^.].*\.cjs$/.test(name)) byName.set(name, join(folder, name))
  }
  const files = [...byName].sort(([a], [b]) => compareBytes(a, b)).map(([, path]) => path)
  for (const file of files) refuseUnsafePart(places, file)
  return files
}

/**
 * Runs the migrations of a database on a draft.
 * @throws Failure with file and line at the first that fails; the draft must then be discarded
 */
export function migrate(files: readonly string[], draft: Draft, warn: (message: string) => void): void {
  for (const file of files) {
    try {
      const result = loadMigration(file)(draft, { warn: message => warn(`${file}: ${message}`) })
      if (result instanceof Promise) throw new Failure('a migration must not be asynchronous')
    } catch (error) {
      throw new Failure(`the migration failed: ${messageOf(error)}`, { where: positionIn(file, error), cause: error })
    }
  }
}

function loadMigration(file: string): Migration {
  const load = createRequire(file)
  // Not cached: a long-lived process must not run what the file contained an hour ago.
  delete load.cache[load.resolve(file)]
  const migration: unknown = load(file)
  if (typeof migration !== 'function')
    throw new Failure('it must export a function: module.exports = database => { … }')
  return migration as Migration
}

/** `file:line` of the innermost frame inside the migration. A syntax error has it on its first line. */
function positionIn(file: string, error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const at = stack.indexOf(`${file}:`)
  const position = at < 0 ? undefined : /^\d+(?::\d+)?/.exec(stack.slice(at + file.length + 1))?.[0]
  return position === undefined ? file : `${file}:${position}`
}
