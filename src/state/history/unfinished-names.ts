import { listOf, objectOf, orNull, text } from '../../base/shape.ts'
import type { Places } from '../../system/places.ts'
import { StateFile } from '../../system/state-file.ts'
import {
  type Asked,
  COMMON_PARTS,
  databaseHashes,
  type HistoryEntry,
  type PropertyChange,
  propertyChange,
} from './entry.ts'
import { type MaskedEntry, maskedEntry } from './masked-files.ts'

/**
 * What is known about an entry when its files are about to be put in place. It is written in the same commit: so a run that is
 * interrupted after its commit still has an entry, and what belongs to its files is done later.
 */
export type Unfinished = Asked &
  Pick<HistoryEntry, 'time' | 'outcome' | 'problems' | 'paths' | 'files' | 'folders' | 'lasting' | 'manifest'> & {
    /** The databases that the files were generated from; null: those found when the entry is made. */
    readonly databases: HistoryEntry['databases'] | null
    /** Property changes that belong to the files and are made right after them. Contains secrets in clear. */
    readonly changes: readonly PropertyChange[]
    /** The files with secrets that were written. */
    readonly masked: readonly MaskedEntry[]
    /** The confirmation that this run ends, by its token; null: none. */
    readonly closes: string | null
  }

const NAME = /^unfinished-(\d+)\.json$/

/** The note of a run, named after the number that its entry will have. */
export function unfinishedFile(id: number): StateFile<Unfinished> {
  return new StateFile(`unfinished-${String(id).padStart(6, '0')}.json`, {
    what: 'the note of an interrupted run',
    shape,
    wayOut: 'Move it away. The files of that run are in place, but its history entry is lost.',
  })
}

const shape = objectOf<Unfinished>({
  ...{ ...COMMON_PARTS, databases: orNull(databaseHashes), changes: listOf(propertyChange) },
  ...{ masked: listOf(maskedEntry), closes: orNull(text) },
})

/** The numbers of runs whose entries have not been made yet, in order. */
export function unfinishedIds({ state }: Places): number[] {
  return state
    .list()
    .flatMap(name => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}
