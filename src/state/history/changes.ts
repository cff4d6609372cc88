import { compareBytes } from '../../base/byte-order.ts'
import { shell } from '../../base/quote.ts'
import { sameRecord } from '../../db/draft.ts'
import type { DbRecord, Records } from '../../db/record.ts'
import type { PropertyChange } from './entry.ts'

/** The differences between two states of a database, by key and property, in byte order. */
export function recordChanges(database: string, before: Records, after: Records): PropertyChange[] {
  if (before === after) return []
  const gone = [...before.keys()].filter(key => !after.has(key))
  const others = [...after.keys()].filter(key => !sameRecord(before.get(key), after.get(key)))
  const changed = [...gone, ...others].sort(compareBytes)
  return changed.flatMap(key => changesOfRecord(database, key, before.get(key), after.get(key)))
}

function changesOfRecord(
  database: string,
  key: string,
  before: DbRecord | undefined,
  after: DbRecord | undefined,
): PropertyChange[] {
  const changes: PropertyChange[] = []
  const note = (property: string | null, old: string | undefined, value: string | undefined) => {
    if (old !== value) changes.push({ database, key, property, old: old ?? null, new: value ?? null })
  }
  note(null, before?.type, after?.type)
  const names = new Set([...(before?.properties.keys() ?? []), ...(after?.properties.keys() ?? [])])
  for (const name of [...names].sort(compareBytes))
    note(name, before?.properties.get(name), after?.properties.get(name))
  return changes
}

/** The changes as `db` commands that repeat them. Secret values are not available. */
export function asCommands(changes: readonly PropertyChange[]): string[] {
  const removed = new Set(changes.filter(isRemoval).map(({ database, key }) => `${database}\0${key}`))
  return changes.flatMap(change => {
    const { database, key, property, new: value } = change
    if (removed.has(`${database}\0${key}`)) return isRemoval(change) ? [command('db', database, 'delete', key)] : []
    if (property === null) {
      const verb = change.old === null ? 'set' : 'settype'
      return [command('db', database, verb, key, value ?? '')]
    }
    if (value === null) return [command('db', database, 'delprop', key, property)]
    return [command('db', database, 'setprop', key, property, value)]
  })
}

function isRemoval({ property, new: value }: PropertyChange): boolean {
  return property === null && value === null
}

function command(...words: readonly string[]): string {
  return words.map(shell).join(' ')
}
