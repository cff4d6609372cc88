import {
  hash,
  listOf,
  mapOf,
  matching,
  moment,
  type ObjectOf,
  objectOf,
  optional,
  type TypeOf,
  text,
} from '../../base/shape.ts'

/** The file that comes first in an archive, and says what else is in it. */
export const CONTENTS_NAME = 'manifest.json'

/** The form of the contents; another number cannot be read. */
export const FORM = '1'

const path = matching(/^(?!.*\/(\.\.?)?(\/|$))\/[^\0]+$/s, 'an absolute path')

/** A file, link or folder of the server, by its path there. */
export type SavedFile = ObjectOf<typeof FILE_PARTS>
const FILE_PARTS = {
  path,
  /** Of its content; without it and `link`, it is a folder. */
  sha256: optional(hash),
  link: optional(text),
  /** In octal digits. */
  mode: optional(matching(/^[0-7]{3,4}$/, 'a mode')),
  user: optional(text),
  group: optional(text),
}

/** Whether it is a folder: it has no content, and leads nowhere. */
export function isFolder({ sha256, link }: Pick<SavedFile, 'sha256' | 'link'>): boolean {
  return sha256 === undefined && link === undefined
}

/** What a person has changed in a generated file: its template, and the hash of what gabarit had written. */
const edit = objectOf({ template: text, sha256: hash })

const pin = objectOf({ note: text, time: text, user: text })

/** What is in an archive. */
export type Contents = TypeOf<typeof contents>
export const contents = objectOf({
  form: text,
  /** The version of gabarit that wrote it. */
  version: text,
  host: text,
  time: moment,
  /** What it runs on: another machine has other ones. */
  machine: optional(objectOf({ name: text, interfaces: listOf(text), addresses: listOf(text) })),
  /** The hashes of the databases by their names. */
  databases: objectOf({}),
  files: listOf(objectOf(FILE_PARTS)),
  edited: objectOf({}),
  pins: objectOf({}),
})

/** The parts of {@link Contents} whose names are data. */
export const databaseHashes = mapOf(hash)
export const edits = mapOf(edit)
export const pins = mapOf(pin)

/** Where a database is in an archive. */
export function databaseEntry(name: string): string {
  return `databases/${name}.json`
}

/** Where a file of the server is in an archive. */
export function fileEntry(file: SavedFile): string {
  return `files${file.path}${isFolder(file) ? '/' : ''}`
}
