import { dirname } from 'node:path'
import { refusal } from '../../../base/failure.ts'
import { sha256 } from '../../../base/sha256.ts'
import type { OwnedByFleet, OwnedFile } from '../../../db/owned.ts'
import type { Context } from '../../../plan/context.ts'
import type { Change } from '../../../plan/plan.ts'
import type { Restored } from '../../../plan/restore.ts'
import { below } from '../../../system/places.ts'
import { isFleetPath } from './layer-contents.ts'
import type { ResolvedFile } from './resolve.ts'

/** What plans and the history call the files of a fleet. */
const TEMPLATE = 'fleet'
const SITE = '/etc/gabarit/'

type Server = Pick<Context, 'places' | 'system'>

/** What becomes of the files below /etc/gabarit. */
export interface FileGoals {
  readonly restored: readonly Restored[]
  /** Folders that go if nothing is left in them. */
  readonly emptied: readonly string[]
  /** As the site's folder would be, by path in it; undefined: there is no such file. */
  readonly site: ReadonlyMap<string, { readonly data: Uint8Array } | { readonly link: string } | undefined>
  readonly owned: readonly OwnedFile[]
  readonly notes: readonly string[]
}

/**
 * What a release does to the files of the site.
 * @throws Failure (refused) that names every file of the site's own that is in the way
 */
export function fileGoals(files: readonly ResolvedFile[], { files: former }: OwnedByFleet, context: Server): FileGoals {
  const before = new Map(former.map(file => [file.path, file]))
  const onDisk = (path: string) => versionHere(path, context)
  const foreign = files.filter(file => {
    const found = onDisk(file.path)
    return found !== undefined && !before.has(file.path) && found !== versionOf(ownedFile(file))
  })
  if (foreign.length > 0)
    throw refusal(foreign.map(({ path }) => `${SITE}${path} is a file of this host's own`).join('\n'), {
      hint: 'Nothing was changed. The fleet never overwrites such a file: move it away, or take it out of the fleet.',
    })
  const named = new Set(files.map(({ path }) => path))
  const gone = former.filter(({ path }) => !named.has(path) && onDisk(path) !== undefined)
  const [removed, edited] = [
    gone.filter(file => onDisk(file.path) === versionOf(file)),
    gone.filter(file => onDisk(file.path) !== versionOf(file)),
  ]
  return {
    restored: [
      ...files.map(asRestored),
      ...removed.map(({ path }) => ({ path: SITE + path, template: TEMPLATE, version: null })),
    ],
    emptied: removed.flatMap(({ path }) => foldersOf(path)),
    site: new Map([
      ...files.map(file => [file.path, file] as const),
      ...removed.map(({ path }) => [path, undefined] as const),
    ]),
    owned: files.map(ownedFile),
    notes: edited.map(({ path }) => `${SITE}${path} stays, because somebody has changed it here`),
  }
}

/** A change of one of these files keeps a copy of what somebody has written there. */
export function keepingCopies(changes: readonly Change[], { files }: OwnedByFleet): Change[] {
  const before = new Map(files.map(file => [SITE + file.path, file.sha256]))
  return changes.map(change => {
    if (change.kind !== 'write' || change.template !== TEMPLATE || change.before === undefined) return change
    return { ...change, takenOver: sha256(change.before) !== before.get(change.path) }
  })
}

/** The files of a fleet that are not as it made them. */
export function changedFiles({ files }: OwnedByFleet, server: Server): string[] {
  return files.filter(file => versionHere(file.path, server) !== versionOf(file)).map(({ path }) => SITE + path)
}

/** What is there, to compare with {@link versionOf}; undefined: nothing. */
function versionHere(path: string, { places, system }: Server): string | undefined {
  const real = below(places, SITE + path)
  const kind = system.state(real)?.kind
  return kind === 'file' ? sha256(system.read(real)) : kind === 'link' ? `-> ${system.readLink(real)}` : kind
}

function ownedFile(file: ResolvedFile): OwnedFile {
  const { path, from } = file
  return 'link' in file ? { path, from, link: file.link } : { path, from, sha256: sha256(file.data) }
}

function versionOf({ sha256: hash, link }: OwnedFile): string {
  return hash ?? `-> ${link ?? ''}`
}

function asRestored(file: ResolvedFile): Restored {
  const [path, template] = [SITE + file.path, TEMPLATE]
  if ('link' in file) return { path, template, version: { link: file.link } }
  const mode = file.program ? 0o755 : 0o644
  return { path, template, version: { content: file.data, attributes: { mode, uid: 0, gid: 0 } } }
}

/** The folders of a path below the site's, whose first one is the site's own. */
function foldersOf(path: string): string[] {
  const above = dirname(path)
  return above.includes('/') && isFleetPath(above) ? [SITE + above, ...foldersOf(above)] : []
}
