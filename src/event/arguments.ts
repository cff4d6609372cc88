import { refusal, unlessFailed, usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { plural } from '../base/plural.ts'
import { shell } from '../base/quote.ts'
import { Descriptions } from '../db/describe.ts'
import type { Records } from '../db/record.ts'
import { removalProblems } from '../db/removal.ts'
import { recordsOf } from '../db/store.ts'
import { History } from '../state/history/history.ts'
import { changesSince } from '../state/history/snapshot.ts'
import type { Places } from '../system/places.ts'
import { type EventAbout, readAbout } from './about.ts'
import { type Event, listEvents } from './load.ts'

/** How many keys a message names. */
const SHOWN = 10

/**
 * Refuses arguments that do not fit the usage of the event: without one, the event would do half of its work. An event without
 * a usage takes any.
 * @throws Failure (usage)
 */
export function refuseWrongNumber(places: Places, event: Event, args: readonly string[]): void {
  const about = readAbout(event)
  const { usage } = about
  if (usage === undefined) return
  const least = wordsOf(usage.replace(/\[.*/, ''))
  const most = usage.includes('...') ? Number.POSITIVE_INFINITY : wordsOf(usage)
  if (args.length >= least && args.length <= most && (least === 0 || args[0] !== '')) return
  const number = most === least ? plural(least, 'argument') : `at least ${plural(least, 'argument')}`
  const what = args.length > most ? `takes ${most === 0 ? 'no' : `at most ${most}`}` : `needs ${number}`
  const keys = unlessFailed(() => keysFor(places, about)) ?? []
  const more = keys.length > SHOWN ? ` … (${keys.length})` : ''
  const known = keys.length === 0 ? '' : `\none of: ${keys.slice(0, SHOWN).map(shell).join(' ')}${more}`
  throw usageFailure(`${event.name} ${what}`, `usage: signal-event ${event.name} ${usage}${known}`)
}

/** How many arguments a usage shows; alternatives are one. */
function wordsOf(usage: string): number {
  return usage
    .replace(/\s*\|\s*/g, '|')
    .split(/\s+/)
    .filter(word => word !== '').length
}

/**
 * Refuses an argument that must be a record and is none, or is one that must be deleted first: the event would change nothing,
 * or half of what it should.
 * @throws Failure (refused)
 */
export function refuseWrongRecords(places: Places, event: Event, args: readonly string[]): void {
  const about = readAbout(event)
  const { records, usage = '', after } = about
  if (records === undefined || after === undefined) return
  const what = records.type ?? 'record'
  const known = recordsFor(places, about)
  for (const key of usage.endsWith('...') ? args : args.slice(0, 1)) {
    if (after !== 'delete' && !known.has(key)) {
      const deletes = listEvents(places).includes(event.name.replace(/-modify$/, '-delete'))
      const all = deletes || !usage.startsWith('[') ? '' : `\nAfter one was deleted: signal-event ${event.name}`
      throw refusal(`there is no ${what} "${key}" in ${records.db}${didYouMean(key, known.keys())}`, {
        hint: `First: db ${records.db} set KEY ${records.type ?? 'TYPE'}${all}`,
      })
    }
    const present = after === 'delete' ? known.get(key) : undefined
    if (present !== undefined) {
      const others = new Map([...recordsOf(places, records.db)].filter(([other]) => other !== key))
      const reasons = removalProblems(new Descriptions(places), records.db, present, others)
      const commands = `db ${records.db} delete ${shell(key)}`
      throw refusal(`the ${what} "${key}" is still in ${records.db}`, {
        hint: reasons.length === 0 ? `First: ${commands}` : [...reasons, `Then: ${commands}`].join('\n'),
      })
    }
  }
}

/** The keys that can be an argument of the event. */
export function keysFor(places: Places, about: EventAbout): string[] {
  const { records, after } = about
  if (after !== 'delete') return [...recordsFor(places, about).keys()]
  const changes = unlessFailed(() => changesSince(places, new History(places).lastApplied())) ?? []
  return changes
    .filter(one => one.database === records?.db && one.property === null && one.new === null)
    .map(({ key }) => key)
}

function recordsFor(places: Places, { records }: EventAbout): Records {
  if (records === undefined) return new Map()
  const found = recordsOf(places, records.db)
  return new Map([...found].filter(([, { type }]) => records.type === undefined || type === records.type))
}
