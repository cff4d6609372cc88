import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode } from '../system/failure.ts'
import type { Places } from '../system/places.ts'

const NAME = /^unfinished-(\d+)\.json$/

/** The file of the note of a run, named after the number that its entry will have. */
export function unfinishedFile(places: Places, id: number): string {
  return join(places.state, `unfinished-${String(id).padStart(6, '0')}.json`)
}

/** The numbers that runs have taken whose entries are not made yet, in order. */
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
