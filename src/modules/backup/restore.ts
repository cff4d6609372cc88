import { isDeepStrictEqual } from 'node:util'
import { expandTrial } from '../../customize/expand-trial.ts'
import { withTrialSite } from '../../customize/trial.ts'
import type { Records } from '../../db/record.ts'
import type { Context } from '../../plan/context.ts'
import type { Change, NewFolder, Plan } from '../../plan/plan.ts'
import { planOutputs } from '../../plan/planner.ts'
import { type Restored, restorePlan } from '../../plan/restore.ts'
import { outermostFirst } from '../../plan/target.ts'
import { readManifest } from '../../state/manifest.ts'
import { below, type Places } from '../../system/places.ts'
import type { Attributes, System } from '../../system/system.ts'
import { isFolder } from './contents.ts'
import type { Archive } from './read.ts'
import { filesUnder } from './saved-files.ts'

/** What restoring an archive would do. */
export interface Restoration {
  readonly plan: Plan
  /** As they will be: those of the archive, brought up to date for this version. */
  readonly databases: ReadonlyMap<string, Records>
  /** What stays as it is, in words. */
  readonly notes: readonly string[]
}

/**
 * The files and databases of an archive, and what the templates then make of them, in one plan. Nothing else is removed.
 * @throws Failure (refused) if a template cannot be expanded with them
 */
export function restorationFrom(archive: Archive, context: Context): Restoration {
  const { places, system } = context
  const present = readManifest(places)
  const keptUsers = usersThatStay(archive, places, system)
  const files = archive.files.filter(({ path }) => !archive.edited.has(path) && !keptUsers.has(path))
  const edited = archive.files.filter(({ path }) => archive.edited.has(path))
  const site = siteOf(archive)
  const there = new Map(files.map(file => [file.path, file]))
  const { databases, outputs, templates } = withTrialSite(context, site, trial =>
    expandTrial(archive.databases, there, trial),
  )
  const made = planOutputs({ places, system }, outputs, templates)
  const paths = new Set(outputs.map(({ path }) => path))
  const restored = [...files.filter(({ path }) => !paths.has(path)), ...edited].flatMap(file =>
    asRestored(file, archive, system),
  )
  const own = restorePlan(places, system, restored, [], made.manifest, present)
  const kept = new Set(edited.map(({ path }) => path))
  const changes = [...own.changes.map(asForeign), ...made.changes.filter(({ path }) => !kept.has(path))]
  const folders = [...foldersOf(archive, places, system), ...own.folders, ...made.folders]
  return {
    databases: new Map([...databases].filter(([name]) => archive.databases.has(name))),
    notes: [
      ...extraFiles(site, places, system),
      ...(keptUsers.size === 0 ? [] : ['these stay: the users of the console on this machine']),
    ],
    plan: {
      ...made,
      changes,
      // The first of each: those of the archive know their modes.
      folders: outermostFirst(folders),
      // On a fresh machine, a service that would be told to reload may not run yet.
      notify: made.notify.map(entry => entry.replace(/:reload$/, ':reload-or-restart')),
      manifestChanged: !isDeepStrictEqual(made.manifest, present),
    },
  }
}

const SITE = '/etc/gabarit/'
const CONSOLE = '/var/lib/gabarit/console'

/**
 * The files of the console's users, if this machine has users already. Former ones would bring back codes that were used and
 * people who were removed; and the proof that a restore in the console asks for changes them.
 */
function usersThatStay({ files }: Archive, places: Places, system: System): ReadonlySet<string> {
  if (system.list(below(places, CONSOLE)).length === 0) return new Set()
  return new Set(files.flatMap(({ path }) => (`${path}/`.startsWith(`${CONSOLE}/`) ? [path] : [])))
}

/** The files of the site's folder, by their paths in it: fragments, descriptions, events. */
export function siteOf({ files }: Archive) {
  return new Map(
    files
      .filter(file => file.path.startsWith(SITE) && !isFolder(file))
      .map(({ path, data, link }) => [path.slice(SITE.length), link === undefined ? { data } : { link }] as const),
  )
}

function asRestored(
  { path, sha256, link, data, ...attributes }: Archive['files'][number],
  { edited }: Archive,
  system: System,
): Restored[] {
  const template = edited.get(path)?.template ?? 'backup'
  if (link !== undefined) return [{ path, template, version: { link } }]
  if (sha256 === undefined) return []
  return [{ path, template, version: { content: data, attributes: ownersHere(attributes, system) } }]
}

type Saved = Pick<Archive['files'][number], 'mode' | 'user' | 'group'>

/** The owner of the same name on this machine. @throws Failure (refused) if there is none */
function ownersHere({ mode = '600', user = 'root', group = 'root' }: Saved, system: System): Attributes {
  return { mode: Number.parseInt(mode, 8), uid: system.userId(user), gid: system.groupId(group) }
}

/** A file that no template makes: a copy of a former one is kept, and its content is never shown, because it may be a key. */
function asForeign(change: Change): Change {
  if (change.kind !== 'write' || change.path.startsWith(SITE) || change.template !== 'backup') return change
  return { ...change, secret: true, takenOver: change.before !== undefined }
}

function foldersOf({ files }: Archive, places: Places, system: System): NewFolder[] {
  return files.filter(isFolder).flatMap(({ path, ...attributes }) => {
    const real = below(places, path)
    if (system.state(real) !== undefined) return []
    return [{ path, real, attributes: ownersHere(attributes, system), named: true }]
  })
}

/** Files of the site that the archive does not have: they stay in effect. */
function extraFiles(site: ReadonlyMap<string, unknown>, places: Places, system: System): string[] {
  return filesUnder([SITE], places, system)
    .filter(path => path.startsWith(SITE) && system.state(below(places, path))?.kind !== 'folder')
    .filter(path => !site.has(path.slice(SITE.length)))
    .map(path => `this stays, though it is not in the backup: ${path}`)
}
