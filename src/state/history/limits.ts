import { seconds } from '../../db/formats.ts'
import type { Records } from '../../db/record.ts'

/** How much of the history is kept. */
export interface Limits {
  /** Maximum number of entries; undefined: unlimited. */
  readonly keep?: number
  /** Maximum age in seconds; undefined: unlimited. */
  readonly age?: number
  /** Age counts from the third newest entry, so that a clock that is ahead for an event or two makes nothing old. */
  readonly steady?: boolean
}

/** The defaults of db/configuration/gabarit.json, for a record that does not have them yet. */
const DEFAULTS = { HistoryKeep: '1000', HistoryAge: '365d' }

/** The limits that the record `gabarit` sets. */
export function limitsOf(databases: ReadonlyMap<string, Records>): Limits {
  const properties = databases.get('configuration')?.get('gabarit')?.properties
  const keep = Number(properties?.get('HistoryKeep') ?? DEFAULTS.HistoryKeep)
  const age = properties?.get('HistoryAge') ?? DEFAULTS.HistoryAge
  return { ...(keep > 0 ? { keep } : {}), ...(age === '' ? {} : { age: seconds(age), steady: true }) }
}

/**
 * The oldest entry within the limits; one more than the last number if there is none.
 * @param ids ascending
 * @param timeOf when an entry was made, milliseconds since 1970; called from the oldest on, until one is recent enough
 */
export function oldestToKeep(
  ids: readonly number[],
  { keep, age, steady = false }: Limits,
  timeOf: (id: number) => number,
): number {
  const kept = keep === undefined ? ids : keep === 0 ? [] : ids.slice(-keep)
  const witness = steady ? (kept.at(-3) ?? kept[0]) : undefined
  const now = Math.min(Date.now(), witness === undefined ? Number.POSITIVE_INFINITY : timeOf(witness))
  const limit = age === undefined ? undefined : now - age * 1000
  const young = limit === undefined ? kept[0] : kept.find(id => timeOf(id) >= limit)
  return young ?? Number.POSITIVE_INFINITY
}
