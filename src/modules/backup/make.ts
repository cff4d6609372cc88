import type { Entry } from '../../archive/sealed.ts'
import { cached } from '../../base/cached.ts'
import { refusal } from '../../base/failure.ts'
import { sha256 } from '../../base/sha256.ts'
import { listDatabases } from '../../db/all-databases.ts'
import { clearFile } from '../../db/clear-file.ts'
import { clearText } from '../../db/clear-text.ts'
import { History } from '../../state/history/history.ts'
import { accountName } from '../../system/accounts.ts'
import { below, type Places, versionOf } from '../../system/places.ts'
import { statOf } from '../../system/read-files.ts'
import type { FileState, System } from '../../system/system.ts'
import { CONTENTS_NAME, type Contents, databaseEntry, FORM, fileEntry, type SavedFile } from './contents.ts'
import { thisMachine } from './machine.ts'
import type { FilesToSave } from './saved-files.ts'

/** Contents of i-bays and the like belong into a backup of data. */
const MOST_BYTES = 512 * 1024 * 1024

/** Entries of the history that an archive has, for people to read. */
const HISTORY = 200

/**
 * Everything that a backup has, its contents first. The caller holds the event lock, so that no event changes it meanwhile.
 * @param files what to save besides databases and history
 * @throws Failure (refused) if it is too much
 */
export function gather(
  places: Places,
  system: System,
  now: Date,
  { paths, edited, pins }: FilesToSave,
): { entries: readonly Entry[]; contents: Contents } {
  const databases = listDatabases(places).map(name => {
    // In clear: the archive is encrypted itself, and another machine cannot open what this one has encrypted.
    const data = clearText(places, name)
    return { name, entry: { name: databaseEntry(name), data, time: now } }
  })
  const names = new Map<string, string>()
  /** The accounts are read once, not for each file. */
  const nameOf: NameOf = (kind, id) => cached(names, `${kind}:${id}`, () => accountName(kind, id, places.root))
  let size = 0
  const refuseMoreThan = (bytes: number, path: string) => {
    if (bytes > MOST_BYTES) throw tooMuch(path)
  }
  const files = paths.flatMap(path => {
    const real = below(places, path)
    const state = system.state(real)
    // It is gone meanwhile, or cannot be named.
    if (state === undefined) return []
    // Before it is read: memory may not hold it.
    if (state.kind === 'file') refuseMoreThan(size + (statOf(real)?.size ?? 0), path)
    const one = fileToSave(path, real, state, nameOf, places, system)
    size += one.entry.data.length
    refuseMoreThan(size, path)
    return one
  })
  const contents: Contents = {
    form: FORM,
    version: versionOf(places.shipped),
    host: hostOf(places, system),
    time: now.toISOString(),
    ...(places.root === '/' ? { machine: thisMachine(places) } : {}),
    databases: Object.fromEntries(databases.map(({ name, entry }) => [name, sha256(entry.data)])),
    files: files.map(({ file }) => file),
    edited: Object.fromEntries([...edited].map(([path, { template, sha256 }]) => [path, { template, sha256 }])),
    pins: Object.fromEntries(pins),
  }
  const first = { name: CONTENTS_NAME, data: Buffer.from(`${JSON.stringify(contents, null, 2)}\n`), time: now }
  const history = { name: 'history.json', data: endOfHistory(places), time: now }
  const entries = [first, ...databases.map(({ entry }) => entry), ...files.map(({ entry }) => entry), history]
  return { contents, entries }
}

type NameOf = (kind: 'passwd' | 'group', id: number) => string

function fileToSave(
  path: string,
  real: string,
  state: FileState,
  nameOf: NameOf,
  places: Places,
  system: System,
): { readonly file: SavedFile; readonly entry: Entry } {
  const time = new Date(state.modified)
  if (state.kind === 'link') {
    const file = { path, link: system.readLink(real) }
    return { file, entry: { name: fileEntry(file), data: Buffer.alloc(0), link: file.link, time } }
  }
  const user = nameOf('passwd', state.uid)
  const group = nameOf('group', state.gid)
  const data = state.kind === 'folder' ? undefined : clearFile(real, system.read(real), places)
  const attributes = { mode: state.mode.toString(8).padStart(3, '0'), user, group }
  const file = { path, ...(data === undefined ? {} : { sha256: sha256(data) }), ...attributes }
  const entry = { name: fileEntry(file), data: data ?? Buffer.alloc(0), mode: state.mode, user, group, time }
  return { file, entry }
}

function endOfHistory(places: Places): Buffer {
  const entries = new History(places).newestTexts(HISTORY)
  return Buffer.from(`[\n${entries.join(',\n')}\n]\n`)
}

/** The name of this server in its records. */
export function hostOf({ files, root }: Places, system: System): string {
  const file = below({ root }, '/etc/hostname')
  return system.state(file)?.kind === 'file' ? files.read(file).toString('utf8').trim() : ''
}

function tooMuch(path: string) {
  return refusal(`the files to save are larger than ${MOST_BYTES / 1024 / 1024} MiB together`, {
    where: path,
    hint: 'Keep large files out of /etc/gabarit and of the folders of keys.',
  })
}
