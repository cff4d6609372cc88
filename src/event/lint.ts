import { join } from 'node:path'
import { unlessFailed } from '../base/failure.ts'
import { type Finding, findingsOf } from '../base/finding.ts'
import { describedKeys } from '../db/describe.ts'
import { initializeDatabases } from '../db/initialize.ts'
import { recordsOf } from '../db/store.ts'
import { makeContext } from '../plan/context.ts'
import { databaseLoader, makeExpander } from '../plan/expand.ts'
import type { Places } from '../system/places.ts'
import { kindOf, linkText, namesIn } from '../system/read-files.ts'
import { actionProblem } from '../system/service/actions.ts'
import type { System } from '../system/system.ts'
import { readMetadata } from '../template/metadata.ts'
import { findTemplate, type Layer, listTemplates } from '../template/tree.ts'
import { readWindow } from '../transaction/default-window.ts'
import { readAbout } from './about.ts'
import { domainsWithoutHosts } from './domain-hosts.ts'
import { allEvents, type Event, misnamedEvents } from './load.ts'
import { isUnnamed } from './set-up.ts'
import { knownTemplates } from './survey.ts'
import { waitingRecords } from './waiting.ts'

/** Finds events that name missing actions, templates or services, and templates that no event expands. */
export function lintEvents(places: Places, layers: readonly Layer[]): Finding[] {
  const events = allEvents(places)
  const services = knownServices(places)
  const expanded = new Set(events.flatMap(({ templates }) => templates))
  return [
    ...misnamedEvents(places).map((message): Finding => ({ level: 'error', message })),
    ...events.flatMap(event => [
      ...findingsOf(() => readWindow(event.folders)),
      ...findingsOf(() => readAbout(event)),
      ...missingActions(event),
      ...event.skipped.map((message): Finding => ({ level: 'warning', message })),
      ...missingTemplates(event, layers),
      ...missingCompanions(event, layers),
      ...badServices(event, services),
    ]),
    ...listTemplates(layers)
      .filter(name => !expanded.has(name))
      .map((name): Finding => ({ level: 'warning', message: `/${name}: no event expands this template` })),
  ]
}

/**
 * What events would warn of or refuse, as the databases are now. Nothing before the first event.
 * @param places of a dry run, because an event begins with filling in defaults
 */
export function lintOutputs(places: Places, system: System): Finding[] {
  const warnings = new Set<string>()
  const context = makeContext(places, system, message => warnings.add(message))
  if (unlessFailed(() => databaseLoader(context)('configuration').has('gabarit')) !== true || isUnnamed(places))
    return []
  initializeDatabases(places)
  const expander = makeExpander(context)
  const failures = knownTemplates(context).names.flatMap(name => findingsOf(() => expander.expand(`/${name}`)))
  const hostless = unlessFailed(() => domainsWithoutHosts(databaseLoader(context))) ?? []
  const waiting = unlessFailed(() => waitingRecords(context)) ?? []
  return [
    ...failures,
    ...[...warnings, ...hostless, ...waiting].map((message): Finding => ({ level: 'warning', message })),
  ]
}

function missingActions(event: Event): Finding[] {
  return event.folders
    .flatMap(folder => namesIn(folder).map(name => join(folder, name)))
    .filter(file => linkText(file) !== undefined && kindOf(file) === undefined)
    .map(file => ({ level: 'error', message: `${file}: links to an action that does not exist` }))
}

function missingTemplates(event: Event, layers: readonly Layer[]): Finding[] {
  return event.templates
    .filter(path => findTemplate(layers, path) === undefined)
    .map(path => ({ level: 'error', message: `event ${event.name}: there is no template /${path}` }))
}

/** A file without what loads it holds until the next start of the machine. */
function missingCompanions({ name, templates }: Event, layers: readonly Layer[]): Finding[] {
  return templates.flatMap(template => {
    const files = findTemplate(layers, template)?.metadata ?? []
    const companions = unlessFailed(() => readMetadata(files).with) ?? []
    return companions
      .filter(one => !templates.includes(one.slice(1)))
      .map((one): Finding => {
        const message = `event ${name}: /${template} has no effect without ${one}, which the event does not expand`
        return { level: 'error', message }
      })
  })
}

/** @param known undefined if it cannot be determined */
function badServices(event: Event, known: ReadonlySet<string> | undefined): Finding[] {
  return event.services.flatMap(({ service, words, file }) => {
    const missing = known?.has(service) === false
    const messages = missing ? [`the configuration database has no service record "${service}"`] : []
    messages.push(...words.flatMap(word => actionProblem(word) ?? []))
    return messages.map((message): Finding => ({ level: 'error', message: `${file}: ${message}` }))
  })
}

/** Keys of the configuration database, existing or described; undefined if it is damaged, which is a separate finding. */
function knownServices(places: Places): Set<string> | undefined {
  return unlessFailed(() => {
    const present = recordsOf(places, 'configuration').keys()
    return new Set([...describedKeys(places, 'configuration'), ...present])
  })
}
