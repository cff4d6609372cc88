import { compareBytes } from '../base/byte-order.ts'
import { EXIT, Failure, orFailure, unlessFailed, withStatus } from '../base/failure.ts'
import { shell } from '../base/quote.ts'
import type { Context } from '../plan/context.ts'
import { markDerived } from '../plan/derived.ts'
import { databaseLoader, goneTemplates, makeExpander } from '../plan/expand.ts'
import { invalidValues } from '../plan/invalid-values.ts'
import type { Plan } from '../plan/plan.ts'
import { planOutputs } from '../plan/planner.ts'
import type { HistoryEntry, PropertyChange } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { changesSince } from '../state/history/snapshot.ts'
import { readManifest } from '../state/manifest.ts'
import type { Places } from '../system/places.ts'
import type { Output } from '../template/output.ts'
import { type EventAbout, readAbout } from './about.ts'
import { allEvents, listEvents, loadEvent, misnamedEvents } from './load.ts'
import { isUnnamed, notSetUp } from './set-up.ts'

/** What differs between the databases, the templates and the server. */
export interface Survey {
  /** The entry that the properties are compared with; undefined before the first event. */
  readonly since: HistoryEntry | undefined
  readonly properties: readonly PropertyChange[]
  /** What expanding all templates now would change. */
  readonly plan: Plan
  /** All outputs that could be generated, with what they read. */
  readonly outputs: readonly Output[]
  /** Invalid values, templates that cannot be expanded and files that must not be written, with the reason. */
  readonly problems: readonly string[]
  /** Templates that generated files before and no longer exist: their files are removed. */
  readonly gone: readonly string[]
}

/** Looks at everything and changes nothing. */
export function survey(context: Context): Survey {
  const { places, system } = context
  const since = new History(places).lastApplied()
  const { names, gone } = knownTemplates(context)
  const expander = makeExpander(context)
  const problems = invalidValues(context)
  // A removed template generates nothing: its files are leftovers.
  const expanded: string[] = [...gone]
  const made = names.flatMap(name => {
    const made = orFailure(() => expander.expand(`/${name}`))
    if (!(made instanceof Failure)) {
      expanded.push(name)
      return made
    }
    problems.push(made.describe())
    return []
  })
  const outputs = markDerived(context, made, makeExpander)
  const plan = planOutputs({ places, system }, outputs, expanded, failure => problems.push(failure.describe()))
  return { since, properties: changesSince(places, since), plan, outputs, problems, gone }
}

/**
 * As {@link survey}, once there is something to compare with.
 * @throws Failure before the first event, as long as the described records are missing: no shipped template can be expanded
 */
export function surveyOnceSetUp(context: Context): Survey {
  const found = survey(context)
  if (found.since !== undefined || found.problems.length === 0 || isSetUp(context)) return found
  throw withStatus(notSetUp(), EXIT.failed)
}

/** Whether the described records are there, and the server has a name. */
export function isSetUp(context: Context): boolean {
  const isDescribed = context.descriptions.ofRecord('configuration', 'gabarit') !== undefined
  return !isDescribed || (databaseLoader(context)('configuration').has('gabarit') && !isUnnamed(context.places))
}

/** The templates that an event expands or that generated a file before, and those of them that no longer exist. */
export function knownTemplates(context: Context): { names: string[]; gone: string[] } {
  const { places } = context
  for (const note of misnamedEvents(places)) context.warn(note)
  const ofEvents = allEvents(places).flatMap(({ templates }) => templates)
  const ofFiles = [...readManifest(places).values()].map(({ template }) => template)
  const gone = goneTemplates(context)
  const names = [...new Set([...ofEvents, ...ofFiles])].filter(name => !gone.includes(name))
  return { names: names.sort(compareBytes), gone }
}

/** The event for everything. */
const USUAL = 'console-save'

/**
 * The events that make all of these templates, with the arguments that they need. First those for what has changed, a record
 * before a service, then console-save, then those that make the fewest others.
 * @param templates names without a leading slash
 * @param changes of properties, which tell what an event is for
 */
export function eventsFor(
  places: Places,
  templates: ReadonlySet<string>,
  changes: readonly PropertyChange[],
): string[] {
  if (templates.size === 0) return []
  const makers = allEvents(places)
    .map(event => ({
      name: event.name,
      makes: new Set(event.templates),
      about: unlessFailed(() => readAbout(event)) ?? {},
    }))
    .filter(({ makes }) => [...templates].every(template => makes.has(template)))
    .sort((a, b) => a.makes.size - b.makes.size || compareBytes(a.name, b.name))
  const forRecord = (newIsChanged: boolean) =>
    makers.flatMap(({ name, about }) => signalFor(name, about, changes, newIsChanged) ?? [])
  const created = forRecord(false)
  const isFor = (settings: readonly string[]) =>
    changes.some(change => settings.some(start => idOf(change).startsWith(start)))
  const rest = makers.filter(({ about }) => about.records === undefined)
  const names = (found: typeof rest) => found.map(({ name }) => name)
  return [
    ...(created.length > 0 ? created : forRecord(true)),
    ...names(rest.filter(({ about }) => about.settings !== undefined && isFor(about.settings))),
    ...names(rest.filter(({ name }) => name === USUAL)),
    ...names(rest.filter(({ name, about }) => name !== USUAL && about.settings === undefined)),
  ]
}

/** The event for a setting, given as `DATABASE KEY`. */
export function eventForSetting(places: Places, id: string): string {
  const isFor = (name: string) =>
    unlessFailed(() => readAbout(loadEvent(places, name)))?.settings?.some(start => id.startsWith(start)) === true
  return listEvents(places).find(isFor) ?? USUAL
}

/**
 * An event with the record that it is for; undefined if it is for none, or none has changed as it expects.
 * @param newIsChanged whether a record that was created counts as changed
 */
function signalFor(
  name: string,
  { records, after }: EventAbout,
  changes: readonly PropertyChange[],
  newIsChanged: boolean,
): string | undefined {
  if (records === undefined) return undefined
  const isNew = new Set(changes.filter(({ property, old }) => property === null && old === null).map(idOf))
  const isGone = new Set(changes.filter(change => change.property === null && change.new === null).map(idOf))
  const done = (id: string) => (isNew.has(id) && !newIsChanged ? 'create' : isGone.has(id) ? 'delete' : 'change')
  const fits = (change: PropertyChange) => change.database === records.db && after === done(idOf(change))
  const keys = [...new Set(changes.filter(fits).map(({ key }) => shell(key)))]
  return keys.length === 1 ? `${name} ${keys}` : undefined
}

function idOf({ database, key }: PropertyChange): string {
  return `${database} ${key}`
}
