import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { History } from '../history/history.ts'
import { Failure, refusal } from '../system/failure.ts'
import type { Places } from '../system/places.ts'
import { windowSeconds } from './duration.ts'

/** File of an event's folder: how long it waits for a confirmation when it is signalled from a remote shell. */
export const WINDOW_FILE = 'confirm-within'

/**
 * The window that an event brings along: for events that can shut out whoever signals them from afar. None in a local shell,
 * and none while the history is empty: there is nothing to go back to.
 * @param folders of the event; the last one that has the file decides, `no` for none
 * @returns seconds
 * @throws Failure (refused) for a file that holds no duration
 */
export function usualWindow(folders: readonly string[], places: Places): number | undefined {
  const window = readWindow(folders)
  if (window === undefined || !process.env.SSH_CONNECTION) return undefined
  return new History(places).lastApplied() === undefined ? undefined : window
}

/** @throws Failure (refused) for a file that holds no duration */
export function readWindow(folders: readonly string[]): number | undefined {
  const file = folders
    .map(folder => join(folder, WINDOW_FILE))
    .filter(path => existsSync(path))
    .at(-1)
  if (file === undefined) return undefined
  const text = readFileSync(file, 'utf8').trim()
  if (text === 'no') return undefined
  try {
    return windowSeconds(text)
  } catch (error) {
    throw error instanceof Failure ? refusal(error.message, { where: file, hint: 'Write 10m, or no.' }) : error
  }
}
