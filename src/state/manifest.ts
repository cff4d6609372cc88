import { compareBytes } from '../base/byte-order.ts'
import { defined } from '../base/defined.ts'
import { orUndefined, refusal } from '../base/failure.ts'
import { shell } from '../base/quote.ts'
import { sha256 } from '../base/sha256.ts'
import { flag, integer, listOf, mapOf, objectOf, optional, partOf, type TypeOf, text } from '../base/shape.ts'
import { type Places, writtenFolder } from '../system/places.ts'
import { StateFile } from '../system/state-file.ts'
import type { Output } from '../template/output.ts'
import { History } from './history/history.ts'

/** One file that gabarit wrote. */
export type Owned = TypeOf<typeof owned>
const owned = objectOf({
  template: text,
  /** SHA-256 of the bytes last written. */
  sha256: text,
  /** Path of the symbolic link maintained next to it, if any. */
  link: optional(text),
  /** Services to adjust when it is removed: by then its template may have no output to ask. */
  notify: optional(listOf(text)),
  /** It holds something made from a secret, so its content is kept nowhere. */
  secret: optional(flag),
  /** The file that was there before gabarit, whose SHA-256 `was` this; a copy is kept. It comes back when this one is no longer made. */
  found: optional(objectOf({ was: text, mode: integer, uid: integer, gid: integer })),
  /** The symbolic link that was there before. */
  foundLink: optional(text),
})

/** The files that gabarit owns, by their path on the server. */
export type Manifest = ReadonlyMap<string, Owned>

const shape = partOf('outputs', mapOf(owned))

/** The list of owned files. It is read on every event, and stays readable in a diff: a line for each file. */
export const MANIFEST = new StateFile<Manifest>('manifest.json', {
  what: 'the list of files that gabarit owns',
  shape,
  wayOut: (file, places) => wayOut(places, file),
  format: manifest => {
    const outputs = [...manifest].sort(([a], [b]) => compareBytes(a, b))
    const lines = outputs.map(([path, owned]) => `  ${JSON.stringify(path)}: ${JSON.stringify(owned)}`)
    return `{"version": 1, "outputs": {\n${lines.join(',\n')}\n}}`
  },
})

/**
 * Reads the manifest; empty if it is missing on a server where gabarit has not written anything yet.
 * @throws Failure (refused) if it is damaged or lost: it would be unknown which files are ours
 */
export function readManifest(places: Places): Manifest {
  const manifest = MANIFEST.read(places)
  if (manifest === undefined) refuseUnknownState(places)
  return manifest ?? new Map()
}

/**
 * Reads the text of a manifest.
 * @throws Error if it is not a manifest
 */
export function parseManifest(content: string): Manifest {
  return shape(JSON.parse(content))
}

/**
 * What is recorded about an output once it is written.
 * @param found what was there before gabarit
 */
export function ownedBy(
  { template, link, metadata, secret }: Output,
  hash: string,
  { found, foundLink }: Pick<Owned, 'found' | 'foundLink'>,
): Owned {
  const notify = metadata.notify.length === 0 ? undefined : metadata.notify
  return defined({ template, sha256: hash, link, notify, secret, found, foundLink })
}

/** Whether {@link ownedBy} is what is recorded already. */
export function isOwnedSo(owned: Owned | undefined, output: Output, hash: string): boolean {
  if (owned === undefined) return false
  const { notify } = output.metadata
  const hasServices =
    notify.length === (owned.notify?.length ?? 0) && notify.every((one, at) => owned.notify?.[at] === one)
  const isFile = owned.template === output.template && owned.sha256 === hash && owned.secret === output.secret
  return isFile && owned.link === output.link && hasServices
}

/**
 * Refuses to continue without the list of owned files on a server where gabarit has written before: edited files would look
 * like files that were never ours, and would be overwritten. A fresh server passes.
 * @throws Failure (refused)
 */
function refuseUnknownState(places: Places): void {
  const file = MANIFEST.path(places)
  const known = new History(places).lastApplied()?.manifest ?? undefined
  // An event without files leaves an empty list in the history, but writes none.
  const nothing = known === undefined || known === sha256(MANIFEST.text(new Map()))
  if (nothing && writtenFolder(places).list().length === 0) return
  throw refusal('the list of files that gabarit owns is missing, although gabarit has written files here before', {
    where: file,
    hint: wayOut(places, file, known),
  })
}

/** What to do about a missing or damaged list: exact commands. */
function wayOut(places: Places, file: string, known = lastKnown(places)): string {
  const { objects } = new History(places)
  const fromHistory =
    known === undefined || !objects.has(known)
      ? []
      : [
          'Restore the one of the last event from the history:',
          `  install -m 600 ${shell(objects.fileOf(known))} ${shell(file)}`,
        ]
  return [
    'Nothing was changed, because manually edited files could not be recognised.',
    ...fromHistory,
    `${fromHistory.length === 0 ? 'Restore it from a backup. Or' : 'Or'} start a new one. Files that differ then count as not generated by gabarit; they are overwritten, and a copy is kept:`,
    `  echo '{"version": 1, "outputs": {}}' > ${shell(file)}`,
  ].join('\n')
}

function lastKnown(places: Places): string | undefined {
  // If the history is damaged, too, nothing can be restored from it.
  return orUndefined(() => new History(places).lastApplied()?.manifest) ?? undefined
}
