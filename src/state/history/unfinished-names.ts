import { listOf, objectOf, orNull, type TypeOf, text } from '../../base/shape.ts'
import type { Places } from '../../system/places.ts'
import { COVER } from '../../system/secrets/cover.ts'
import { StateFile } from '../../system/state-file.ts'
import { COMMON_PARTS, databaseHashes, propertyChange } from './entry.ts'
import { maskedEntry } from './masked-files.ts'

/**
 * What is known about an entry when its files are about to be put in place. It is written in the same commit: so a run that is
 * interrupted after its commit still has an entry, and what belongs to its files is done later.
 */
export type Unfinished = TypeOf<typeof shape>
const shape = objectOf({
  ...COMMON_PARTS,
  /** The databases that the files were generated from; null: those found when the entry is made. */
  databases: orNull(databaseHashes),
  /** Property changes that belong to the files and are made right after them. Contains secrets in clear. */
  changes: listOf(propertyChange),
  /** The files with secrets that were written. */
  masked: listOf(maskedEntry),
  /** The confirmation that this run ends, by its token; null: none. */
  closes: orNull(text),
})

/** The note of a run, named after the number that its entry will have. */
export function unfinishedFile(id: number): StateFile<Unfinished> {
  return new StateFile(`unfinished-${String(id).padStart(6, '0')}.json`, {
    what: 'the note of an interrupted run',
    shape,
    cover: COVER,
    wayOut: 'Move it away. The files of that run are in place, but its history entry is lost.',
  })
}

/** The numbers of runs whose entries have not been made yet, in order. */
export function unfinishedIds({ state }: Places): number[] {
  return state.numbers(/^unfinished-(\d+)\.json$/)
}
