import { sameRecord } from '../db/draft.ts'
import { byName } from '../db/host-names.ts'
import type { Records } from '../db/record.ts'

/** The names of the records that differ, as fragments ask for them. */
export function changedNames(before: Records, after: Records): ReadonlySet<string> {
  const [former, present] = [byName(before), byName(after)]
  const changed = new Set<string>()
  for (const [name, record] of present) {
    const old = former.get(name)
    if (old !== record && (old?.key !== record.key || !sameRecord(old, record))) changed.add(name)
  }
  for (const name of former.keys()) if (!present.has(name)) changed.add(name)
  return changed
}
