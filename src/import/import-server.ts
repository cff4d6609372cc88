import { withTrialSite } from '../customize/trial.ts'
import { Descriptions, describedDatabases } from '../db/describe.ts'
import { completed } from '../db/old-server/fit.ts'
import { type DbRecord, type Records, sortedMap } from '../db/record.ts'
import { readDatabase, recordsOf } from '../db/store.ts'
import { listEvents } from '../event/load.ts'
import type { Context } from '../plan/context.ts'
import type { Plan } from '../plan/plan.ts'
import { databaseChanges } from '../state/history/databases.ts'
import type { PropertyChange } from '../state/history/entry.ts'
import { takeSnapshot } from '../state/history/snapshot.ts'
import { databaseFile } from '../system/places.ts'
import { contents } from './contents.ts'
import { databases } from './databases.ts'
import { defaults, settingsFolders } from './defaults.ts'
import { entrances } from './entrances.ts'
import { actionTexts, events, templatesOfEvents } from './events.ts'
import { MEMORY } from './memory.ts'
import { metadata } from './metadata.ts'
import { migrations, migrationTexts } from './migrations.ts'
import { Ours } from './ours.ts'
import { OwnDescriptions } from './own-descriptions.ts'
import { type Line, type Part, SITE, textsOf, together } from './part.ts'
import { loadable, type PerlModule, perlModules } from './perl-modules.ts'
import { importPlan } from './plan.ts'
import { secrets } from './secrets.ts'
import { type OldServer, oldServer, type Packed } from './source.ts'
import { stays } from './stays.ts'
import { languages, templates } from './templates.ts'
import { expandable, withoutFailing } from './trial.ts'

/** What bringing in an old server would do. */
export interface Import {
  readonly old: OldServer
  readonly lines: readonly Line[]
  readonly plan: Plan
  readonly changes: readonly PropertyChange[]
  /** Databases that have to be there, even if they stay empty. */
  readonly names: readonly string[]
}

/**
 * Works out what the old server below a folder becomes here; changes nothing.
 * @param archive where it was unpacked from
 * @throws Failure if the folder has none, or one of its databases cannot be read
 */
export function importServer(context: Context, folder: string, archive?: Packed): Import {
  const { places, system } = context
  const old = oldServer(folder, archive)
  const before = MEMORY.read(places)
  const { incoming, done, lines } = databases(old, places, new Map(Object.entries(before?.records ?? {})))
  const after = new Map(
    [...incoming].map(([name, records]) => [name, sortedMap([...recordsOf(places, name), ...records])]),
  )
  const descriptions = new Descriptions(places)
  const whole = (name: string): Records => completed(places, name, incoming.get(name) ?? new Map(), descriptions)
  const ours = new Ours(places)
  const trees = together([templates(old, ours), metadata(old, ours, system), languages(old, ours)])
  const replaced = new Map(['configuration', ...incoming.keys()].map(name => [name, whole(name)] as const))
  const folders = settingsFolders(old)
  const there = new Set([...describedDatabases(places), ...incoming.keys(), ...folders])
  const records = (name: string) => (there.has(name) ? whole(name) : readDatabase(databaseFile(places, name)))
  const described = new OwnDescriptions(places)
  const shipped = shippedEvents(context)
  const modules = perlModules(
    old,
    [...textsOf(trees), ...migrationTexts(old), ...actionTexts(old, shipped, ours)],
    places,
  )
  const tried = withModules(context, modules, trial => {
    const future = { ...trial, replaced }
    const loaded = loadable(modules, trial.places, records)
    const own = withoutFailing(trees, future, ours)
    const here = { events: shipped, ours, ...expandable(own, future, ours, templatesOfEvents(old)) }
    return together([loaded, own, migrations(old, trial.places, records, described), events(old, here)])
  })
  const all = together([tried, defaults(old, places, described), secrets(old, recordsIn(incoming)), entrances(context)])
  const found = importPlan(context, all.wanted, before, done)
  const changes = databaseChanges(takeSnapshot(places), after)
  const changed = new Set(changes.map(({ database }) => database))
  const ibays = recordsOf(places, 'configuration').get('httpd')?.properties.get('IbayDir')
  return {
    old,
    lines: inOrder([
      ...stays(old),
      ...contents(old, incoming.get('accounts') ?? new Map(), places, ibays),
      ...lines,
      ...all.lines,
      ...found.lines,
    ]),
    plan: found.plan,
    changes,
    // There, each folder of defaults or migrations has a database.
    names: [...new Set([...incoming.keys(), ...folders])].filter(name => !changed.has(name)),
  }
}

/** Runs trials as if modules in Perl were here already. */
function withModules(context: Context, modules: readonly PerlModule[], work: (trial: Context) => Part): Part {
  if (modules.length === 0) return work(context)
  const files = new Map(modules.map(({ here, source }) => [here.slice(SITE.length + 1), { data: source }]))
  return withTrialSite(context, files, trial => {
    const { lines, wanted } = work(trial)
    const real = (said: string) => said.replaceAll(trial.places.site, context.places.site)
    return { lines: lines.map(line => ({ ...line, how: real(line.how) })), wanted }
  })
}

function shippedEvents({ places }: Context): string[] {
  return listEvents({ ...places, site: `${places.site}/none` })
}

function recordsIn(incoming: ReadonlyMap<string, ReadonlyMap<string, DbRecord>>): DbRecord[] {
  const named = ['configuration', 'domains', 'proxies'].flatMap(name => [...(incoming.get(name)?.values() ?? [])])
  return named.filter(({ properties }) => properties.has('crt'))
}

const ORDER: readonly Line['fate'][] = ['unsupported', 'closed', 'converted', 'perl', 'taken']

/** What somebody has to do first. */
function inOrder(lines: readonly Line[]): Line[] {
  return lines.toSorted((a, b) => ORDER.indexOf(a.fate) - ORDER.indexOf(b.fate))
}
