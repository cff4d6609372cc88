import { cached } from '../base/cached.ts'
import { shortList } from '../base/short-list.ts'
import { allDatabases } from '../db/all-databases.ts'
import type { Need } from '../db/description.ts'
import type { DbRecord } from '../db/record.ts'
import type { Context } from '../plan/context.ts'
import { databaseLoader } from '../plan/expand.ts'
import { isOn } from '../template/text.ts'
import { readAbout } from './about.ts'
import type { Event } from './load.ts'
import { eventForSetting } from './survey.ts'

/** How many records a sentence names. */
const SHOWN = 10

/** Whether to tell of a record. @param service the one that it needs */
type Concerns = (database: string, key: string, service: string) => boolean

/**
 * What needs a service that is disabled, such as proxies without nginx, as descriptions say it: a sentence for each service,
 * with the way out.
 */
export function waitingRecords(
  context: Pick<Context, 'places' | 'replaced' | 'descriptions'>,
  concerns: Concerns = () => true,
): string[] {
  const { places, descriptions } = context
  const load = databaseLoader(context)
  const configuration = load('configuration')
  const disabled = new Map<string, boolean>()
  const isDisabled = (service: string) =>
    cached(disabled, service, () => {
      const record = configuration.get(service)
      return record !== undefined && !isOn(record.properties.get('status'))
    })
  const waiting = new Map<string, string[]>()
  for (const database of allDatabases(places)) {
    for (const record of load(database).values()) {
      const needs = descriptions.of(database, record.key, record.type)?.needs ?? []
      for (const need of needs) {
        const service = serviceOf(need, record)
        if (!isDisabled(service) || !isInForce(need, record) || !concerns(database, record.key, service)) continue
        const what = need.property === undefined ? '' : `${need.property} of `
        cached(waiting, service, () => []).push(`${what}${database} ${record.key}`)
      }
    }
  }
  return [...waiting].map(([service, all]) => {
    const event = eventForSetting(places, `configuration ${service}`)
    const way = `config setprop ${service} status enabled, then: signal-event ${event}`
    return `${service} is disabled, and this needs it: ${shortList(all, SHOWN)}. To enable it: ${way}`
  })
}

/** The same for an event: of the records it is for, or of those whose service or settings it is for, or of all. */
export function waitingFor(event: Event, context: Context): string[] {
  const { records, settings, after } = readAbout(event)
  const { args } = context.event
  if (records !== undefined) {
    if (after === 'delete') return []
    return waitingRecords(
      context,
      (database, key) => database === records.db && (args.length === 0 || args.includes(key)),
    )
  }
  if (settings === undefined) return event.templates.length === 0 ? [] : waitingRecords(context)
  if (settings.length === 0) return []
  const isFor = (id: string) => settings.some(start => id.startsWith(start))
  return waitingRecords(
    context,
    (database, key, service) => isFor(`${database} ${key}`) || isFor(`configuration ${service}`),
  )
}

function isInForce({ property }: Need, { properties }: DbRecord): boolean {
  const status = properties.get('status')
  return (status === undefined || isOn(status)) && (property === undefined || isOn(properties.get(property)))
}

function serviceOf({ service }: Need, { properties }: DbRecord): string {
  return service.replace(/^\{(.*)\}$/s, (_, property: string) => properties.get(property) ?? '')
}
