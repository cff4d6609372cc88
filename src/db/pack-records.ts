import { packWords } from '../system/sync-child.ts'
import type { Records } from './record.ts'

/** The records of a database as the program for Perl takes them: keys, each with a record: type, names and values. */
export function packRecords(records: Records | undefined): readonly (string | Buffer)[] {
  if (records === undefined) return ['database', '']
  const pairs = [...records.values()].flatMap(({ key, type, properties }) => [
    key,
    packWords([type, ...[...properties].flat()]),
  ])
  return ['database', '1', packWords(pairs)]
}
