import { EXIT, usageFailure } from '../base/failure.ts'
import { seconds } from '../db/formats.ts'
import { History } from '../state/history/history.ts'
import { type Limits, limitsOf } from '../state/history/limits.ts'
import { takeSnapshot } from '../state/history/snapshot.ts'
import type { Places } from '../system/places.ts'
import type { Invocation } from '../terminal/command.ts'
import { withRepair } from '../terminal/with-repair.ts'
import { numberOf } from './history.ts'

/** `gabarit prune` */
export async function run(invocation: Invocation): Promise<number> {
  const { flag, value, places, system, print } = invocation
  const limits = wantedLimits(value('keep'), value('older-than'), places)
  const history = new History(places)
  // The note of an interrupted run keeps contents alive until it becomes an entry.
  return withRepair(invocation, 'gabarit prune', () => {
    const all = history.ids().length
    const gone = history.beyond(limits)
    const removed = history.prune(limits)
    if (system.dryRun)
      print(flag('json') ? JSON.stringify({ entries: gone }) : `would remove ${gone.length} of ${all} entries`)
    else
      print(flag('json') ? JSON.stringify(removed) : `removed ${removed.entries} entries, ${removed.contents} contents`)
    return EXIT.done
  })
}

/** The limits on the command line, else those of the record `gabarit`. */
function wantedLimits(keep: string | undefined, age: string | undefined, places: Places): Limits {
  if (keep === undefined && age === undefined) return limitsOf(takeSnapshot(places))
  if (age !== undefined && !/^\d+[smhd]?$/.test(age))
    throw usageFailure(`--older-than takes a duration such as 90d, not ${JSON.stringify(age)}`)
  return {
    ...(keep === undefined ? {} : { keep: numberOf(keep, '--keep', 0) }),
    ...(age === undefined ? {} : { age: seconds(age) }),
  }
}
