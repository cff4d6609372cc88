import { basename } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { Failure, unchanged, unlessFailed } from '../base/failure.ts'
import type { Records } from '../db/record.ts'
import type { Context } from '../plan/context.ts'
import type { MadeFile } from '../plan/made.ts'
import { changeDatabases, databaseChanges } from '../state/history/databases.ts'
import type { PropertyChange } from '../state/history/entry.ts'
import { takeSnapshot } from '../state/history/snapshot.ts'
import type { Request } from '../system/service/adjustment.ts'
import type { Reporter } from '../transaction/report.ts'
import { type EventAbout, readAbout } from './about.ts'
import type { Action, ActionRun } from './action.ts'
import { actionOf } from './actions.ts'
import { fillDatabases } from './handlers.ts'
import { allEvents, type Event, type Handler } from './load.ts'
import { switchedServices } from './switched.ts'

/** Actions that only change records or make files, and whether they do it for one record: what they do can be part of a plan. */
const PREPARING: ReadonlyMap<string, boolean> = new Map([
  ['domain-create-hosts', true],
  ['domain-delete-hosts', true],
  ['make-self-signed-certificate', false],
])

/** What belongs to changed records, besides the files that templates make. */
export interface Prepared extends Gathered {
  /** Databases as they will be. */
  readonly databases: ReadonlyMap<string, Records>
  /** Of databases, with secrets in clear. */
  readonly changes: readonly PropertyChange[]
  /** Why a database has not got its defaults. */
  readonly failures: readonly Failure[]
}

/** What actions make, and what is asked of services. */
export interface Gathered {
  readonly made: MadeFile[]
  readonly requests: Request[]
}

/**
 * What the events of changed records do besides making files: defaults are filled in, a new domain gets its hosts, a certificate
 * its names, and what was turned on or off is started or stopped.
 * @param dry of a dry run: only its view of the databases changes
 * @throws Failure for a record that its event would not take; nothing was changed then
 */
export async function prepareRecords(
  dry: Context,
  properties: readonly PropertyChange[],
  report: Reporter,
): Promise<Prepared> {
  const before = takeSnapshot(dry.places)
  // What it fills in is among the changes.
  const failures = fillDatabases(dry.places, told => (told.kind === 'databases' ? undefined : report(told)))
  const events = allEvents(dry.places)
  const gathered: Gathered = { made: [], requests: switchedServices(events, properties) }
  for (const { event, handler, key, action } of deedsFor(dry, events, properties)) {
    const context = { ...dry, event: { name: event.name, args: [key] } }
    try {
      await (await action())(runOf(context, handler.name, gathered, report))
    } catch (error) {
      throw error instanceof Failure ? unchanged(error) : error
    }
  }
  const after = takeSnapshot(dry.places)
  const changes = databaseChanges(before, after)
  const changed = new Set(changes.map(({ database }) => database))
  return { databases: new Map([...after].filter(([name]) => changed.has(name))), changes, failures, ...gathered }
}

function runOf(context: Context, handler: string, { made, requests }: Gathered, report: Reporter): ActionRun {
  return {
    context,
    say: line => report({ kind: 'handler-line', handler, line }),
    // They are among the changes.
    records: () => undefined,
    make: file => made.push(file),
    request: (service, word) => requests.push({ service, word, source: handler }),
    lasting: () => undefined,
    change: changes => changeDatabases(context.places, changes, handler),
  }
}

interface Deed {
  readonly event: Event
  readonly handler: Handler
  readonly key: string
  readonly action: () => Promise<Action>
}

/** In the order of their names, as in an event. */
function deedsFor({ places }: Context, events: readonly Event[], properties: readonly PropertyChange[]): Deed[] {
  const deeds = new Map<string, Deed>()
  for (const event of events) {
    const about = unlessFailed(() => readAbout(event))
    if (about === undefined) continue
    for (const key of keysOf(about, properties))
      for (const handler of event.handlers) {
        const perRecord = PREPARING.get(basename(handler.realFile))
        const action = actionOf(handler, places)
        if (perRecord === undefined || action === undefined) continue
        const id = perRecord ? `${handler.realFile} ${key}` : handler.realFile
        if (!deeds.has(id)) deeds.set(id, { event, handler, key, action })
      }
  }
  return [...deeds.values()].sort((a, b) => compareBytes(a.handler.name, b.handler.name))
}

/** The records that have changed as the event expects. */
function keysOf({ records, after }: EventAbout, properties: readonly PropertyChange[]): string[] {
  const fits = ({ database, property, old, new: now }: PropertyChange) => {
    if (database !== records?.db) return false
    if (property !== null || (old !== null && now !== null)) return after === 'change'
    const isType = records.type === undefined || records.type === (now ?? old)
    return isType && after === (old === null ? 'create' : 'delete')
  }
  return [...new Set(properties.filter(fits).map(({ key }) => key))]
}
