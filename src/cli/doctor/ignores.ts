import { join } from 'node:path'
import { Failure } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { readJsonFile } from '../../db/json-reader.ts'
import type { Places } from '../../system/places.ts'
import { exists } from '../../system/read-files.ts'

/** A check that is ignored until a given day. */
export interface Ignore {
  readonly id: string
  readonly reason: string
  /** Last day, `2026-12-31`. */
  readonly until: string
}

/** The file with the ignores. */
export function ignoreFile(places: Places): string {
  return join(places.site, 'doctor-ignore.json')
}

/**
 * Reads `[{"id": "certificate", "reason": "renewed by hand", "until": "2026-12-31"}]`.
 * @throws Failure if it is anything else: an ignore without a reason or an end would be forgotten
 */
export function readIgnores(places: Places, ids: readonly string[]): Ignore[] {
  const where = ignoreFile(places)
  if (!exists(where)) return []
  const list = readJsonFile(where)
  const shape = 'it must be a list of {"id": CHECK, "reason": TEXT, "until": "2026-12-31"}'
  if (!Array.isArray(list)) throw new Failure(shape, { where })
  for (const entry of list) {
    if (!isIgnore(entry)) throw new Failure(`${shape}, not ${JSON.stringify(entry)}`, { where })
    if (!ids.includes(entry.id))
      throw new Failure(`there is no check "${entry.id}"${didYouMean(entry.id, ids)}`, { where })
  }
  return list
}

function isIgnore(entry: unknown): entry is Ignore {
  const { id, reason, until } = typeof entry === 'object' && entry !== null ? (entry as Partial<Ignore>) : {}
  if (typeof id !== 'string' || typeof reason !== 'string' || reason.trim() === '') return false
  return typeof until === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(until) && !Number.isNaN(Date.parse(until))
}
