import { cached } from '../base/cached.ts'
import { packWords } from '../system/sync-child.ts'
import type { Records } from './record.ts'

const packed = new WeakMap<Records, Buffer>()

/** The records of a database as the program for Perl takes them: keys, each with a record: type, names and values. */
export function packRecords(records: Records | undefined): readonly (string | Buffer)[] {
  if (records === undefined) return ['database', '']
  return ['database', '1', cached(packed, records, () => packWords(pairsOf(records)))]
}

function pairsOf(records: Records): (string | Buffer)[] {
  return [...records.values()].flatMap(({ key, type, properties }) => [
    key,
    packWords([type, ...[...properties].flat()]),
  ])
}
