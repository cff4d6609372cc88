import { Failure, orFailure } from '../base/failure.ts'
import { listDatabases } from '../db/all-databases.ts'
import { sameRecord } from '../db/draft.ts'
import { parseLike, serialize } from '../db/json.ts'
import { describeProblem, validationIsOn } from '../db/problem.ts'
import type { DbRecord, Records } from '../db/record.ts'
import { readableDatabase } from '../db/store.ts'
import { ifOpens } from '../db/stored.ts'
import { validateChanges } from '../db/validate.ts'
import { History } from '../state/history/history.ts'
import { type Masking, maskingWith } from '../state/history/masking.ts'
import { mapRecord, openable } from '../state/history/snapshot.ts'
import { databaseFile } from '../system/places.ts'
import type { Context } from './context.ts'

/**
 * Problems with the values set since the last successful change, in all databases: types, formats, and rules on several
 * properties. Values are checked when they are set, but an import, `GABARIT_VALIDATE=off` or an editor accepts anything.
 * Values that an earlier event has checked, or was told not to check, do not block a later one.
 * @returns a line for each; none with `GABARIT_VALIDATE=off`
 */
export function invalidValues({ places, descriptions, replaced, warn }: Context): string[] {
  const history = new History(places)
  const whole = orFailure(() => history.lastWhole())
  if (whole instanceof Failure)
    warn(`the last state in the history is unknown, so more values are checked: ${whole.describe()}`)
  if (!validationIsOn()) return []
  const last = history.lastApplied()
  const known = last?.checked ?? last?.databases ?? {}
  // Finding the secrets means reading databases and descriptions. An event with nothing new skips that.
  let mask: Masking | undefined
  const masking = () => (mask ??= maskingWith(places, [], ifOpens))
  return [...new Set([...listDatabases(places), ...replaced.keys()])].flatMap(name => {
    const hash = Object.hasOwn(known, name) ? known[name] : undefined
    const former = hash === undefined ? undefined : history.objects.find(hash)?.toString('utf8')
    // A damaged database is reported by those who read it: an event at once, an expansion when a fragment needs it.
    const present = replaced.get(name) ?? readableDatabase(databaseFile(places, name)) ?? new Map()
    const after = openable(present, former === undefined ? undefined : parseLike(former, present))
    const text = serialize(after)
    if (former !== undefined && (text === former || masking().hide(text) === former)) return []
    const stored: Records = former === undefined ? new Map() : parseLike(former, present)
    const others = [...after.values()].filter(record => !sameRecord(stored.get(record.key), record))
    const before = new Map<string, DbRecord>()
    for (const record of others) {
      const old = stored.get(record.key)
      if (old !== undefined) before.set(old.key, unmasked(old, record, masking()))
    }
    const keys = others.flatMap(record => (before.get(record.key) === record ? [] : record.key))
    const problems = validateChanges(descriptions, name, before, after, keys)
    return problems.map(problem => `${name}: ${describeProblem(problem)}`)
  })
}

/** A former record without masks on what is as it was; the present one, if all of it is. */
function unmasked(former: DbRecord, present: DbRecord, masking: Masking): DbRecord {
  const masked = mapRecord(present, text => masking.hide(text))
  const properties = [...former.properties].map(([name, value]) => {
    const same = masked.properties.get(name) === value ? present.properties.get(name) : undefined
    return [name, same ?? value] as const
  })
  const type = masked.type === former.type ? present.type : former.type
  const record = { ...former, type, properties: new Map(properties) }
  return sameRecord(record, present) ? present : record
}
