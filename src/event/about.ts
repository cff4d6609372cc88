import { join } from 'node:path'
import { messageOf, refusal } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { listOf, matching, objectOf, oneOf, optional, type TypeOf, text } from '../base/shape.ts'
import { readJsonFile } from '../db/json-reader.ts'
import { kindOf } from '../system/read-files.ts'

/** The file in the folder of an event that says what the event is for. */
export const ABOUT_FILE = 'event.json'

const line = matching(/^\P{Cc}+$/u, 'a single line')

const PARTS = {
  description: optional(line),
  /** Its arguments, as help shows them: `DOMAIN`, `[NAME]`, `NAME...`. Others are refused. */
  usage: optional(line),
  /** The first argument is the key of such a record, and with `...` all are. */
  records: optional(objectOf({ db: text, type: optional(text) })),
  /** What was done to that record before the event. After `create` and `change` it must exist, after `delete` it must not. */
  after: optional(oneOf('create', 'change', 'delete')),
  /** Beginnings of `DATABASE KEY` of the settings it is for. Absent: of any. */
  settings: optional(listOf(line)),
}
const ABOUT = objectOf(PARTS)

/** What is known about an event. */
export type EventAbout = TypeOf<typeof ABOUT>

/**
 * Reads and merges what the parts of an event say about it, the site's last.
 * @throws Failure (refused) for a malformed file
 */
export function readAbout({ folders }: { readonly folders: readonly string[] }): EventAbout {
  const files = folders.map(folder => join(folder, ABOUT_FILE)).filter(file => kindOf(file) === 'file')
  return Object.assign({}, ...files.map(readOne))
}

function readOne(file: string): EventAbout {
  const value = readJsonFile(file)
  const hint = `It has "${Object.keys(PARTS).join('", "')}". See docs/reference/events.md.`
  try {
    const about = ABOUT(value)
    const unknown = Object.keys(about).find(key => !Object.hasOwn(PARTS, key))
    if (unknown === undefined) return about
    throw new Error(`unknown key "${unknown}"${didYouMean(unknown, Object.keys(PARTS))}`)
  } catch (error) {
    throw refusal(messageOf(error), { where: file, hint })
  }
}
