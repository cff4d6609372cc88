import { basename } from 'node:path'
import { refusal, usageFailure } from '../../base/failure.ts'
import { plural } from '../../base/plural.ts'
import { sayTime } from '../../base/time.ts'
import type { DbRecord } from '../../db/record.ts'
import { readDatabase } from '../../db/store.ts'
import { databaseFile, type Places } from '../../system/places.ts'
import { readGiven } from '../../system/read-files.ts'
import type { Invocation } from '../../terminal/command.ts'
import { withEventLock } from '../../terminal/run-context.ts'
import { type Keys, seal } from './archive.ts'
import { type Contents, isFolder } from './contents.ts'
import { handOver } from './hand-over.ts'
import { identitiesIn, lockOf, ownKeys } from './keys.ts'
import { gather } from './make.ts'
import { readArchive } from './read.ts'
import { Archives, archiveName, VERIFIED } from './store.ts'

/** The record that says where backups go, and for whom. */
export function backupRecord(places: Places): DbRecord | undefined {
  return readDatabase(databaseFile(places, 'configuration'))?.get('backup')
}

/** `gabarit backup [FILE]` */
export async function make(invocation: Invocation): Promise<number> {
  const { args, places, system, io, answer, progress } = invocation
  const record = backupRecord(places)
  const lock = await lockOf(record, places)
  return withEventLock(invocation, 'gabarit backup', async () => {
    const now = io.now()
    progress('reading the settings')
    const { entries, contents } = gather(places, system, now)
    progress('encrypting')
    const bytes = await seal(entries, lock)
    const [name] = args
    const { file, removed, copied } =
      name === undefined
        ? await keep(bytes, archiveName(contents.host, now), record, invocation, now)
        : { file: writeTo(name, bytes, invocation), removed: [], copied: undefined }
    const counted = counts(contents)
    const lines = [
      `${file}: ${sayCounts(counted)}, ${Math.ceil(bytes.length / 1024)} KiB`,
      ...removed.map(old => `removed ${old}, which was older than KeepDays`),
      ...(copied === undefined ? [] : [`copied to ${copied}`]),
    ]
    return answer({ file, bytes: bytes.length, ...counted, removed, copied: copied ?? null }, lines.join('\n'))
  })
}

/** Writes an archive into the folder of the record, removes old ones, and copies it to where the record says. */
async function keep(
  bytes: Uint8Array,
  name: string,
  record: DbRecord | undefined,
  { places, system }: Invocation,
  now: Date,
) {
  const archives = new Archives(record, places)
  const file = archives.write(name, bytes)
  const removed = archives.removeOld(Number(record?.properties.get('KeepDays') ?? 90), now.getTime())
  return { file, removed, copied: await handOver(record, places, system, file) }
}

/** @throws Failure (refused) if there is a file already, without `--force` */
function writeTo(name: string, bytes: Uint8Array, { io, system, flag }: Invocation): string {
  const file = io.resolve(name)
  if (system.state(file) !== undefined && !flag('force'))
    throw refusal('is there already', { where: file, hint: 'Another name, or --force' })
  system.replace(file, bytes, { mode: 0o600, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 })
  return file
}

function counts({ databases, files }: Contents) {
  return { databases: Object.keys(databases).length, files: files.filter(file => !isFolder(file)).length }
}

function sayCounts({ databases, files }: ReturnType<typeof counts>): string {
  return `${plural(databases, 'database')}, ${plural(files, 'file')}`
}

/** `gabarit backup verify [FILE]`: decrypts it, and compares every part with its list of contents. */
export async function verify(invocation: Invocation): Promise<number> {
  const { args, places, io, answer } = invocation
  const archives = new Archives(backupRecord(places), places)
  const newest = archives.names().at(-1)
  if (args[0] === undefined && newest === undefined)
    throw refusal('there is no backup yet', { where: archives.folder, hint: 'gabarit backup' })
  const { bytes, file } = args[0] === undefined ? archives.read(newest ?? '') : given(args[0], io)
  const archive = await readArchive(bytes, keysOf(invocation), file)
  if (args[0] === undefined)
    VERIFIED.write(places, { file: basename(file), time: io.now().toISOString(), written: archive.contents.time })
  const { host, time, version } = archive.contents
  const counted = counts(archive.contents)
  return answer(
    { file, host, time, version, ...counted },
    `${file}: whole. ${host}, ${sayTime(time)}, gabarit ${version}: ${sayCounts(counted)}`,
  )
}

/** A file that the command line names. */
export function given(name: string, io: Invocation['io']) {
  const file = io.resolve(name)
  return { file, bytes: readGiven(file) as Uint8Array }
}

/** What opens an archive: this machine's own keys, and those that the command line names. */
export function keysOf({ value, io, places }: Invocation): Keys {
  const own = ownKeys(backupRecord(places), places)
  const [identity, passphrase] = [value('identity'), value('passphrase-file')]
  const more = identity === undefined ? [] : identitiesIn(readGiven(io.resolve(identity)).toString('utf8'))
  if (identity !== undefined && more.length === 0)
    throw usageFailure(`${identity} has no line AGE-SECRET-KEY-1…`, 'age-keygen writes such files.')
  const known =
    passphrase === undefined ? undefined : readGiven(io.resolve(passphrase)).toString('utf8').replace(/\n$/, '')
  return { identities: [...more, ...own.identities], ...pick(known ?? own.passphrase) }
}

function pick(passphrase: string | undefined): Pick<Keys, 'passphrase'> {
  return passphrase === undefined ? {} : { passphrase }
}
