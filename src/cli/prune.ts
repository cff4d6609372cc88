import { seconds } from '../db/formats.ts'
import { takeTurn } from '../event/one-at-a-time.ts'
import { History } from '../history/history.ts'
import { type Limits, limitsOf } from '../history/limits.ts'
import { takeSnapshot } from '../history/snapshot.ts'
import { EXIT, usageFailure } from '../system/failure.ts'
import type { Places } from '../system/places.ts'
import type { Invocation } from './command.ts'
import { numberOf } from './history.ts'

/** `gabarit prune` */
export async function run({ flag, value, places, print }: Invocation): Promise<number> {
  const limits = wantedLimits(value('keep'), value('older-than'), places)
  const history = new History(places)
  if (flag('dry-run')) {
    const gone = history.beyond(limits)
    print(
      flag('json')
        ? JSON.stringify({ entries: gone })
        : `would remove ${gone.length} of ${history.ids().length} entries`,
    )
    return EXIT.done
  }
  const turn = takeTurn(places, 'gabarit prune')
  try {
    const removed = history.prune(limits)
    print(flag('json') ? JSON.stringify(removed) : `removed ${removed.entries} entries, ${removed.contents} contents`)
  } finally {
    turn.release()
  }
  return EXIT.done
}

/** What the command line asks for; else the limits of the record `gabarit`. */
function wantedLimits(keep: string | undefined, age: string | undefined, places: Places): Limits {
  if (keep === undefined && age === undefined) return limitsOf(takeSnapshot(places))
  if (age !== undefined && !/^\d+[smhd]?$/.test(age))
    throw usageFailure(`--older-than takes a duration such as 90d, not ${JSON.stringify(age)}`)
  return {
    ...(keep === undefined ? {} : { keep: numberOf(keep, '--keep') }),
    ...(age === undefined ? {} : { age: seconds(age) }),
  }
}
