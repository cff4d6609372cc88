import type { Entry } from '../../archive/sealed.ts'
import { refusal } from '../../base/failure.ts'
import { sha256 } from '../../base/sha256.ts'
import { listDatabases } from '../../db/all-databases.ts'
import { serialize } from '../../db/json.ts'
import { recordsOf } from '../../db/store.ts'
import { History } from '../../state/history/history.ts'
import { accountName } from '../../system/accounts.ts'
import { below, type Places, versionOf } from '../../system/places.ts'
import type { System } from '../../system/system.ts'
import { CONTENTS_NAME, type Contents, databaseEntry, FORM, fileEntry, type SavedFile } from './contents.ts'
import { filesToSave } from './saved-files.ts'

/** Contents of i-bays and the like belong into a backup of data. */
const MOST_BYTES = 512 * 1024 * 1024

/** Entries of the history that an archive has, for people to read. */
const HISTORY = 200

/**
 * Everything that a backup has, its contents first. The caller holds the event lock, so that no event changes it meanwhile.
 * @throws Failure (refused) if it is too much
 */
export function gather(places: Places, system: System, now: Date): { entries: readonly Entry[]; contents: Contents } {
  const databases = listDatabases(places).map(name => {
    // In clear: the archive is encrypted itself, and another machine cannot open what this one has encrypted.
    const data = Buffer.from(serialize(recordsOf(places, name)))
    return { name, entry: { name: databaseEntry(name), data, time: now } }
  })
  const { paths, edited, pins } = filesToSave(places, system)
  let size = 0
  const files = paths.flatMap(path => {
    const one = fileToSave(path, places, system)
    size += one?.entry.data.length ?? 0
    if (size > MOST_BYTES) throw tooMuch(path)
    return one ?? []
  })
  const contents: Contents = {
    form: FORM,
    version: versionOf(places.shipped),
    host: hostOf(places, system),
    time: now.toISOString(),
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

/** Undefined: it is gone meanwhile. */
function fileToSave(
  path: string,
  places: Places,
  system: System,
): { readonly file: SavedFile; readonly entry: Entry } | undefined {
  const real = below(places, path)
  const state = system.state(real)
  if (state === undefined) return undefined
  const time = new Date(state.modified)
  if (state.kind === 'link') {
    const file = { path, link: system.readLink(real) }
    return { file, entry: { name: fileEntry(file), data: Buffer.alloc(0), link: file.link, time } }
  }
  const user = accountName('passwd', state.uid, places.root)
  const group = accountName('group', state.gid, places.root)
  const data = state.kind === 'folder' ? undefined : system.read(real)
  const attributes = { mode: state.mode.toString(8).padStart(3, '0'), user, group }
  const file = { path, ...(data === undefined ? {} : { sha256: sha256(data) }), ...attributes }
  const entry = { name: fileEntry(file), data: data ?? Buffer.alloc(0), mode: state.mode, user, group, time }
  return { file, entry }
}

function endOfHistory(places: Places): Buffer {
  const history = new History(places)
  const entries = history
    .ids()
    .slice(-HISTORY)
    .map(id => history.entry(id))
  return Buffer.from(`${JSON.stringify(entries, null, 1)}\n`)
}

/** The name of this server in its records. */
function hostOf({ files, root }: Places, system: System): string {
  const file = below({ root }, '/etc/hostname')
  return system.state(file)?.kind === 'file' ? files.read(file).toString('utf8').trim() : ''
}

function tooMuch(path: string) {
  return refusal(`the files to save are larger than ${MOST_BYTES / 1024 / 1024} MiB together`, {
    where: path,
    hint: 'Keep large files out of /etc/gabarit and of the folders of keys.',
  })
}
