import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode, messageOf, refusal } from '../../base/failure.ts'
import { isObject } from '../../base/is-object.ts'
import type { Places } from '../../system/places.ts'

const NAME = /^unfinished-(\d+)\.json$/

/** The file of a run's note, named after the number that its entry will have. */
export function unfinishedFile(places: Places, id: number): string {
  return join(places.state, `unfinished-${String(id).padStart(6, '0')}.json`)
}

/** The numbers of runs whose entries have not been made yet, in order. */
export function unfinishedIds(places: Places): number[] {
  try {
    return readdirSync(places.state)
      .flatMap(name => NAME.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

/**
 * Reads the note of a run.
 * @throws Failure (refused) if it is damaged
 */
export function readUnfinished<Note>(places: Places, id: number): Note {
  const file = unfinishedFile(places, id)
  try {
    const note = JSON.parse(readFileSync(file, 'utf8'))
    const lists = isObject(note) ? [note.args, note.problems, note.paths, note.changes, note.masked] : []
    if (lists.length > 0 && lists.every(Array.isArray)) return note
    throw new Error('it is incomplete')
  } catch (error) {
    throw refusal(`the note of an interrupted run is damaged: ${messageOf(error)}`, {
      where: file,
      hint: 'Move it away. The files of that run are in place, but its history entry is lost.',
    })
  }
}
