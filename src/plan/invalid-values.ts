import { listDatabases } from '../db/all-databases.ts'
import { Descriptions } from '../db/describe.ts'
import { parse, serialize } from '../db/json.ts'
import { describeProblem, validationIsOn } from '../db/problem.ts'
import type { DbRecord, Records } from '../db/record.ts'
import { readableDatabase } from '../db/store.ts'
import { validateChanges } from '../db/validate.ts'
import { History } from '../state/history/history.ts'
import { type Masking, maskingWith } from '../state/history/masking.ts'
import { mapValues } from '../state/history/snapshot.ts'
import { databaseFile } from '../system/places.ts'
import type { Context } from './context.ts'

/**
 * What is wrong with the values that were set since the last change that stands, of all databases: types, formats, and rules
 * on several properties. They are checked when they are set, but an import, `GABARIT_VALIDATE=off` or an editor lets any
 * value in. Values that an earlier event has brought to life do not stand in the way of a later one.
 * @returns a line for each; none with `GABARIT_VALIDATE=off`
 */
export function invalidValues({ places, replaced }: Pick<Context, 'places' | 'replaced'>): string[] {
  if (!validationIsOn()) return []
  const history = new History(places)
  const known = history.lastApplied()?.databases ?? {}
  // To know the secrets, databases and descriptions are read: an event that finds nothing new is spared that.
  let mask: Masking | undefined
  const masking = () => (mask ??= maskingWith(places))
  const descriptions = new Descriptions(places)
  return [...new Set([...listDatabases(places), ...replaced.keys()])].flatMap(name => {
    const hash = known[name]
    const former = hash === undefined ? undefined : history.objects.get(hash).toString('utf8')
    // A damaged database is told by whoever reads it: an event at once, an expansion when a fragment asks for it.
    const after = replaced.get(name) ?? readableDatabase(databaseFile(places, name)) ?? new Map()
    const text = serialize(after)
    if (former !== undefined && (text === former || masking().hide(text) === former)) return []
    const before = former === undefined ? new Map() : formerRecords(parse(former), after, masking())
    const keys = [...after.keys()].filter(key => after.get(key) !== before.get(key))
    const problems = validateChanges({ places, descriptions, database: name }, before, after, keys)
    return problems.map(problem => `${name}: ${describeProblem(problem)}`)
  })
}

/** The records as they were, with the present one in the place of each that is the same; secrets are compared masked. */
function formerRecords(former: Records, after: Records, masking: Masking): Records {
  const masked = mapValues(after, text => masking.hide(text))
  return new Map([...former].map(([key, record]) => [key, unmasked(record, masked.get(key), after.get(key))]))
}

function unmasked(former: DbRecord, masked: DbRecord | undefined, present: DbRecord | undefined): DbRecord {
  if (masked === undefined || present === undefined) return former
  const properties = [...former.properties].map(([name, value]) => {
    const same = masked.properties.get(name) === value ? present.properties.get(name) : undefined
    return [name, same ?? value] as const
  })
  const type = masked.type === former.type ? present.type : former.type
  const same =
    type === present.type &&
    properties.length === present.properties.size &&
    properties.every(([name, value]) => present.properties.get(name) === value)
  return same ? present : { ...former, type, properties: new Map(properties) }
}
