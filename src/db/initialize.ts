import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Failure, messageOf, orFailure, unlessFailed } from '../base/failure.ts'
import { compareFragments, isBackup } from '../base/fragment-names.ts'
import { databaseFile, type Paths, packageFolders } from '../system/places.ts'
import { namesIn } from '../system/read-files.ts'
import { refusingEnds, runSiteCode } from '../system/site-code.ts'
import { refuseUnsafePart } from '../system/trust.ts'
import { ownsFolder } from './change.ts'
import { Descriptions, describeDatabase, describedDatabases } from './describe.ts'
import type { DatabaseDescription, PropertyDescription, RecordDescription } from './description.ts'
import { defaultOf } from './detect.ts'
import type { Draft } from './draft.ts'
import { PerlMigrations } from './perl-migration.ts'
import { describeProblem } from './problem.ts'
import type { DbRecord, Records } from './record.ts'
import { readableDatabase, readDatabase, writeTransaction } from './store.ts'
import { emptyProblem, validateChanges } from './validate.ts'

/** What initialisation did (or would do) to one database. */
export interface InitializedDatabase {
  readonly name: string
  readonly file: string
  /** Undefined if the database did not exist. */
  readonly before: Records | undefined
  readonly after: Records
  /** Keys of the records that were created, changed or removed, in byte order. */
  readonly changed: readonly string[]
  /** Warnings of migrations, and values that do not match their description. */
  readonly warnings: readonly string[]
  /** Why the database is unchanged: a migration failed, or the database or a description is damaged. */
  readonly failure?: Failure
}

/**
 * Brings every described database up to date: migrations, then defaults, then forced values (force > existing > default).
 * Running it again changes nothing. If one database fails, the others are still initialized.
 */
export function initializeDatabases(places: Paths): InitializedDatabase[] {
  return describedDatabases(places).map(name => {
    const done = orFailure(() => initialize(places, name))
    if (!(done instanceof Failure)) return done
    const file = databaseFile(places, name)
    const before = readableDatabase(file)
    return { name, file: file.path, before, after: before ?? new Map(), changed: [], warnings: [], failure: done }
  })
}

function initialize(places: Paths, name: string): InitializedDatabase {
  const file = databaseFile(places, name)
  const before = readDatabase(file)
  const migrations = migrationFiles(places, name)
  const description = describeDatabase(places, name)
  const warnings: string[] = []
  const options = { command: 'initialize-default-databases', makeFolder: ownsFolder(places, name), create: true }
  return writeTransaction(file, options, draft => {
    migrate(places, name, migrations, draft, message => warnings.push(message))
    const descriptions = new Descriptions(places)
    if (description !== undefined) completeDraft(places, description, descriptions, draft)
    const [after, changed] = [draft.records(), draft.changedKeys()]
    const problems = validateChanges(descriptions, name, draft.before, after, changed)
    warnings.push(...problems.map(problem => `${name}: ${describeProblem(problem)}`))
    return { name, file: file.path, before, after, changed, warnings }
  })
}

/** Applies defaults and forced values: creates described records, and completes records of a described type. */
export function completeDraft(
  places: Paths,
  description: DatabaseDescription,
  descriptions: Descriptions,
  draft: Draft,
): void {
  for (const [key, record] of description.records) {
    const type = draft.has(key) ? undefined : initialType(places, record)
    if (type !== undefined) draft.set(key, type)
  }
  for (const record of draft.records().values()) {
    const known = descriptions.of(description.name, record.key, record.type)
    if (known !== undefined) completeRecord(places, known, record, draft)
  }
}

function completeRecord(places: Paths, description: RecordDescription, record: DbRecord, draft: Draft): void {
  const forced = description.scalar?.forced
  if (forced !== undefined && forced !== record.type) draft.settype(record.key, forced)
  for (const [name, property] of description.properties) {
    const value = property.forced ?? missing(places, record, name, property)
    if (value !== undefined && value !== record.properties.get(name)) draft.setprop(record.key, name, value)
  }
}

/** The default, if the record does not have the property. An empty value counts as having it. */
function missing(places: Paths, record: DbRecord, name: string, property: PropertyDescription): string | undefined {
  if (record.properties.has(name)) return undefined
  // A function, because `$&` and the like are special in a replacement text.
  return defaultOf(places, property)?.replaceAll('{key}', () => record.key)
}

/** Whether nobody has set a described scalar, and there is no default for it on this machine. */
export function hasNoValue(places: Paths, database: string, key: string): boolean {
  const record = unlessFailed(() => describeDatabase(places, database))?.records.get(key)
  if (record === undefined || initialType(places, record) !== undefined) return false
  return !readableDatabase(databaseFile(places, database))?.has(key)
}

/** The type of a described record when it is created. Undefined: a value that only the administrator knows. */
function initialType(places: Paths, { scalar, type = '' }: RecordDescription): string | undefined {
  if (scalar === undefined) return type
  return scalar.forced ?? defaultOf(places, scalar) ?? (emptyProblem(scalar) === undefined ? '' : undefined)
}

/** What a migration file exports: `module.exports = (database, { warn }) => { … }`. */
type Migration = (database: Draft, tools: { warn: (message: string) => void }) => unknown

/** What stands beside migrations in JavaScript. Any other file is one in Perl: their names are those of the old system. */
const NO_MIGRATION = /\.(m?js|json|md|txt)$/

/**
 * The migrations of a database, in the order of their names: JavaScript, or Perl as on SME Server. A site's migration replaces a
 * shipped one of the same name.
 */
function migrationFiles(places: Paths, database: string): string[] {
  const byName = new Map<string, string>()
  for (const base of packageFolders(places)) {
    const folder = join(base, 'db', database, 'migrate')
    for (const name of namesIn(folder))
      if (/^[^.]/.test(name) && !isBackup(name) && !NO_MIGRATION.test(name)) byName.set(name, join(folder, name))
  }
  const files = [...byName.keys()].sort(compareFragments).map(name => byName.get(name) ?? '')
  for (const file of files) refuseUnsafePart(places, file)
  return files
}

/**
 * Runs the migrations of a database on a draft.
 * @throws Failure with file and line at the first that fails; the draft must then be discarded
 */
function migrate(
  places: Paths,
  name: string,
  files: readonly string[],
  draft: Draft,
  warn: (message: string) => void,
): void {
  const perl = new PerlMigrations(places, name, draft, warn)
  for (const file of files) {
    if (!file.endsWith('.cjs')) {
      perl.run(file)
      continue
    }
    try {
      const tools = { warn: (message: string) => warn(`${file}: ${message}`) }
      const migrate = () => loadMigration(file)(draft, tools)
      const result = refusingEnds(() => runSiteCode(migrate, () => file))
      if (result instanceof Promise) {
        result.catch(() => undefined)
        throw new Failure('it returns a promise (async), but nobody would wait for it')
      }
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
