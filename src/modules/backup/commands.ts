import { basename, dirname } from 'node:path'
import { identitiesIn } from '../../archive/identity.ts'
import { type Keys, sealInto } from '../../archive/sealed.ts'
import { defined } from '../../base/defined.ts'
import { refusal, usageFailure } from '../../base/failure.ts'
import { plural } from '../../base/plural.ts'
import { sayTime } from '../../base/time.ts'
import { replacePrivateFile } from '../../system/atomic-write.ts'
import { below, type Places } from '../../system/places.ts'
import { readGiven } from '../../system/read-files.ts'
import type { Invocation } from '../../terminal/command.ts'
import { withNothingWaiting } from '../../terminal/with-repair.ts'
import { type Contents, isFolder } from './contents.ts'
import { handOver } from './hand-over.ts'
import { lockOf, ownKeys } from './keys.ts'
import { gather, hostOf } from './make.ts'
import { readArchive } from './read.ts'
import { type FilesToSave, filesToSave, unnamable } from './saved-files.ts'
import { type Settings, settingsOf } from './settings.ts'
import { sourceOf } from './source.ts'
import { Archives, archiveName, type Write } from './store.ts'

/** `gabarit backup [FILE]` */
export async function make(invocation: Invocation): Promise<number> {
  const { args, places, system, io, answer, progress, warn } = invocation
  return withNothingWaiting(invocation, 'gabarit backup', async () => {
    const now = io.now()
    progress('reading the settings')
    const source = sourceOf(places)
    const settings = settingsOf(places, source.configuration, source.descriptions)
    const lock = await lockOf(settings, places)
    const named = args[0] === undefined ? undefined : io.resolve(args[0])
    const files = filesToSave(places, system, source)
    const ownFolders = ['Folder', 'CopyTo'].map(property => below(places, settings.get(property) || '/'))
    refuseToHoldItself(named === undefined ? ownFolders : [dirname(named)], files, places)
    for (const path of unnamable(files.paths, places, system))
      warn(`not saved, because its name is not in UTF-8: ${path}`)
    progress('reading and encrypting')
    const write: Write = async output =>
      (await sealInto(output, () => gather(places, system, now, files), lock, system)).contents
    const { file, bytes, written, removed, copied } =
      named === undefined
        ? await keep(write, archiveName(hostOf(places, system), now), settings, invocation, now)
        : { ...(await writeTo(named, write, invocation)), removed: [], copied: undefined }
    const counted = counts(written)
    const lines = [
      `${file}: ${sayCounts(counted)}, ${Math.ceil(bytes / 1024)} KiB`,
      ...removed.map(old => `removed ${old}, which was older than KeepDays`),
      ...(copied === undefined ? [] : [`copied to ${copied}`]),
    ]
    return answer({ file, bytes, ...counted, removed, copied: copied ?? null }, lines.join('\n'))
  })
}

/** Writes an archive into the folder of the settings, removes old ones, and copies it to where the record says. */
async function keep(write: Write, name: string, settings: Settings, { places, system }: Invocation, now: Date) {
  const archives = new Archives(settings, places)
  const written = await archives.write(name, write)
  const removed = archives.removeOld(Number(settings.get('KeepDays')), now.getTime(), name)
  const { file } = written
  return { ...written, removed, copied: await handOver(settings, places, system, file) }
}

/** @throws Failure (refused) if there is a file already, without `--force`, or something else, such as a device */
async function writeTo(file: string, write: Write, { system, flag }: Invocation) {
  const kind = system.state(file)?.kind
  if (kind !== undefined && kind !== 'file')
    throw refusal('is there already, and is no file', { where: file, hint: 'Another name' })
  if (kind !== undefined && !flag('force'))
    throw refusal('is there already', { where: file, hint: 'Another name, or --force' })
  return { file, ...(await replacePrivateFile(file, write)) }
}

/** @throws Failure (refused) for a folder that is saved itself: each backup would hold all those before it */
function refuseToHoldItself(folders: readonly string[], { roots, paths }: FilesToSave, places: Places): void {
  for (const folder of folders) {
    const names = [folder, places.files.realPath(folder) ?? folder]
    const isIn = (path: string) => names.some(name => `${name}/`.startsWith(`${path}/`))
    const saved = [...roots, ...paths].find(path => isIn(below(places, path)))
    if (saved === undefined) continue
    throw refusal(`each backup would hold the ones before it, because ${saved} is saved`, {
      where: folder,
      hint: 'Another folder. For those without a name: config setprop backup Folder /var/backups/gabarit',
    })
  }
}

function counts({ databases, files }: Contents) {
  return { databases: Object.keys(databases).length, files: files.filter(file => !isFolder(file)).length }
}

function sayCounts({ databases, files }: ReturnType<typeof counts>): string {
  return `${plural(databases, 'database')}, ${plural(files, 'file')}`
}

/** `gabarit backup verify [FILE]`: decrypts it, and compares every part with its list of contents. */
export async function verify(invocation: Invocation): Promise<number> {
  const { args, places, io, system, answer } = invocation
  const archives = new Archives(settingsOf(places), places)
  const newest = archives.names().at(-1)
  if (args[0] === undefined && newest === undefined)
    throw refusal('there is no backup yet', { where: archives.folder, hint: 'gabarit backup' })
  const { bytes, file } = args[0] === undefined ? archives.read(newest ?? '') : given(args[0], invocation)
  const archive = await readArchive(bytes, keysOf(invocation), file, system)
  if (dirname(file) === archives.folder) archives.noteVerified(basename(file), io.now())
  const { host, time, version } = archive.contents
  const counted = counts(archive.contents)
  return answer(
    { file, host, time, version, ...counted },
    `${file}: whole. ${host === '' ? '' : `${host}, `}${sayTime(time)}, gabarit ${version}: ${sayCounts(counted)}`,
  )
}

/** `gabarit backup list` */
export async function list({ places, answer }: Invocation): Promise<number> {
  const archives = new Archives(settingsOf(places), places)
  const found = archives.list()
  const lines = found.map(({ file, written, verified }) => {
    const whole = verified === null ? 'never verified' : `verified ${sayTime(verified)}`
    return `${file}: ${sayTime(written)}, ${whole}`
  })
  return answer(found, lines.join('\n') || `there is no backup in ${archives.folder}`)
}

/** An archive that the command line names: one in the folder of the settings, by its path on the server, or any other file. */
export function given(name: string, { io, places }: Pick<Invocation, 'io' | 'places'>) {
  const archives = new Archives(settingsOf(places), places)
  if (dirname(name) === archives.folder && archives.names().includes(basename(name)))
    return archives.read(basename(name))
  const file = io.resolve(name)
  return { file, bytes: readGiven(file) as Uint8Array }
}

/** What opens an archive: this machine's own keys, and those that the command line names. */
export function keysOf({ value, io, places }: Invocation): Keys {
  const own = ownKeys(settingsOf(places), places)
  const [identity, passphrase] = [value('identity'), value('passphrase-file')]
  const text = identity === undefined ? '' : readGiven(io.resolve(identity)).toString('utf8')
  const ssh = identity !== undefined && text.includes('PRIVATE KEY-----') ? io.resolve(identity) : undefined
  const more = identitiesIn(text)
  if (identity !== undefined && ssh === undefined && more.length === 0)
    throw usageFailure(
      `${identity} has no line AGE-SECRET-KEY-1…, and is no private key of ssh`,
      'age-keygen and ssh-keygen write such files.',
    )
  const known =
    passphrase === undefined ? undefined : readGiven(io.resolve(passphrase)).toString('utf8').replace(/\n$/, '')
  return defined({ identities: [...more, ...own.identities], passphrase: known ?? own.passphrase, ssh })
}
