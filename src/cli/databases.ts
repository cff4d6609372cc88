import { Failure, orFailure } from '../base/failure.ts'
import { allDatabases } from '../db/all-databases.ts'
import { describedDatabases } from '../db/describe.ts'
import { recordsOf } from '../db/store.ts'
import type { Invocation } from '../terminal/command.ts'

/** `gabarit databases`. Exit 1 if one cannot be read. */
export async function run({ places, answer }: Invocation): Promise<number> {
  const described = new Set(describedDatabases(places))
  const rows = allDatabases(places).map(name => {
    const records = orFailure(() => recordsOf(places, name))
    const problem = records instanceof Failure ? records.describe() : null
    return { name, described: described.has(name), records: records instanceof Failure ? null : records.size, problem }
  })
  const lines = rows.map(({ name, records, problem }) => `${name}: ${problem ?? `${records} records`}`)
  return answer(
    rows,
    lines.join('\n') || 'there is no database',
    rows.every(({ problem }) => problem === null),
  )
}
