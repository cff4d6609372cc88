import { dirname } from 'node:path'
import type { Asks } from '../../archive/age-program.ts'
import { type Entry, type Keys, open } from '../../archive/sealed.ts'
import { messageOf, refusal } from '../../base/failure.ts'
import { sha256 } from '../../base/sha256.ts'
import { parse } from '../../db/json.ts'
import type { Records } from '../../db/record.ts'
import { DATABASE_NAME } from '../../system/places.ts'
import {
  CONTENTS_NAME,
  type Contents,
  contents as contentsShape,
  databaseEntry,
  databaseHashes,
  edits,
  FORM,
  fileEntry,
  isFolder,
  pins,
  type SavedFile,
} from './contents.ts'

/** An archive whose every part was compared with its contents. */
export interface Archive {
  readonly contents: Contents
  readonly databases: ReadonlyMap<string, Records>
  readonly files: readonly (SavedFile & { readonly data: Buffer })[]
  readonly edited: ReturnType<typeof edits>
  readonly pins: ReturnType<typeof pins>
}

/**
 * Opens an archive and checks all of it.
 * @param where its file, for the error
 * @param system runs the program `age`, for keys of ssh
 * @throws Failure (refused) that names the part
 */
export async function readArchive(bytes: Uint8Array, keys: Keys, where: string, system?: Asks): Promise<Archive> {
  const entries = await open(bytes, keys, where, system)
  const byName = new Map(entries.map(entry => [entry.name, entry]))
  const [first] = entries
  const refuse = (what: string) => refusal(what, { where, hint: 'Nothing was changed.' })
  if (first?.name !== CONTENTS_NAME) throw refuse(`is not a backup: it does not begin with ${CONTENTS_NAME}`)
  const contents = inPart(CONTENTS_NAME, () => contentsShape(JSON.parse(first.data.toString('utf8'))))
  if (contents.form !== FORM) throw refuse(`has the form ${contents.form}, which this version cannot read`)
  const tangled = tangledIn(contents.files)
  if (tangled !== undefined) throw refuse(`${tangled} is in it twice, or below what is no folder`)
  const data = (name: string, hash: string | undefined, link: string | undefined): Entry => {
    const entry = byName.get(name)
    if (entry === undefined) throw refuse(`lacks ${name}`)
    if (entry.link !== link || (hash !== undefined && sha256(entry.data) !== hash))
      throw refuse(`${name} is not what its list of contents says`)
    return entry
  }
  const databases = [...inPart('databases', () => databaseHashes(contents.databases))].map(([name, hash]) => {
    if (!DATABASE_NAME.test(name)) throw refuse(`${JSON.stringify(name)} is not the name of a database`)
    const text = data(databaseEntry(name), hash, undefined).data.toString('utf8')
    return [name, inPart(databaseEntry(name), () => parse(text))] as const
  })
  const files = contents.files.map(file => ({ ...file, data: data(fileEntry(file), file.sha256, file.link).data }))
  return {
    contents,
    databases: new Map(databases),
    files,
    edited: inPart('edited', () => edits(contents.edited)),
    pins: inPart('pins', () => pins(contents.pins)),
  }

  function inPart<T>(name: string, read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw refuse(`${name} is damaged: ${messageOf(error)}`)
    }
  }
}

/** A path that would be written through a link or over another one. */
function tangledIn(files: readonly SavedFile[]): string | undefined {
  const at = new Map(files.map(file => [file.path, file]))
  const isInFolders = (path: string): boolean => {
    const above = at.get(path)
    return path === '/' || ((above === undefined || isFolder(above)) && isInFolders(dirname(path)))
  }
  return files.find(file => at.get(file.path) !== file || !isInFolders(dirname(file.path)))?.path
}
