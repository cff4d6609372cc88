import { join } from 'node:path'
import { Failure, orFailure } from '../base/failure.ts'
import { compareFragments, isBackup } from '../base/fragment-names.ts'
import { Draft } from '../db/draft.ts'
import { PerlMigrations } from '../db/perl-migration.ts'
import type { Records } from '../db/record.ts'
import { withTemporaryFiles } from '../system/folder-tree.ts'
import type { Paths } from '../system/places.ts'
import { settingsFolders } from './defaults.ts'
import type { OwnDescriptions } from './own-descriptions.ts'
import { type Line, type Part, plainFile, SITE, together, type WantedFile } from './part.ts'
import { E_SMITH, type OldServer } from './source.ts'

/**
 * Migrations in Perl. Each is tried on the databases as they will be: one that fails, or changes a record that gabarit
 * describes, would do so with every event.
 * @param records a database as it will be; undefined: there will be none
 */
export function migrations(
  old: OldServer,
  places: Paths,
  records: (database: string) => Records | undefined,
  own: OwnDescriptions,
): Part {
  return together(settingsFolders(old).map(database => ofDatabase(old, database, places, records, own)))
}

function ofDatabase(
  { tree }: OldServer,
  database: string,
  places: Paths,
  records: (database: string) => Records | undefined,
  own: OwnDescriptions,
): Part {
  const folder = join(E_SMITH, 'db', database, 'migrate')
  const lines: Line[] = []
  const wanted: WantedFile[] = []
  const before: string[] = []
  const names = tree.names(folder).filter(name => !name.startsWith('.') && !isBackup(name))
  for (const name of names.sort(compareFragments)) {
    const [source, what] = [tree.read(join(folder, name)), join(folder, name)]
    if (source === undefined) continue
    const problem = trial(database, places, records, own, [...before, source.toString('utf8')])
    if (problem !== undefined) {
      lines.push({ fate: 'unsupported', what, how: `not taken: ${problem}` })
      continue
    }
    before.push(source.toString('utf8'))
    const path = join(SITE, 'db', database, 'migrate', name)
    lines.push({ fate: 'perl', what, how: `runs as ${path}` })
    wanted.push(plainFile(path, source))
  }
  return { lines, wanted }
}

/** The texts of all migrations. */
export function migrationTexts(old: OldServer): string[] {
  return settingsFolders(old).flatMap(database => {
    const folder = join(E_SMITH, 'db', database, 'migrate')
    return old.tree.names(folder).flatMap(name => old.tree.read(join(folder, name))?.toString('latin1') ?? [])
  })
}

/** Why a migration cannot run after others; undefined: it can. */
function trial(
  database: string,
  places: Paths,
  records: (database: string) => Records | undefined,
  own: OwnDescriptions,
  sources: readonly string[],
): string | undefined {
  const draft = new Draft(records(database) ?? new Map())
  const perl = new PerlMigrations(places, database, draft, () => undefined, records)
  const texts = new Map(sources.map((source, index) => [`${String(index).padStart(4, '0')}`, source]))
  const failure = withTemporaryFiles(texts, folder =>
    orFailure(() => {
      for (const name of texts.keys()) perl.run(join(folder, name))
    }),
  )
  if (failure instanceof Failure) return [failure.message, failure.hint].filter(Boolean).join(' ')
  const ours = draft.changedKeys().filter(key => own.has(database, key))
  return ours.length === 0 ? undefined : `it changes records that gabarit describes: ${ours.join(', ')}`
}
