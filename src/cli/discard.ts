import { Failure } from '../base/failure.ts'
import { survey } from '../event/survey.ts'
import { makeContext } from '../plan/context.ts'
import { keepsSecret, revealLastApplied } from '../plan/restore-entry.ts'
import { changeDatabasesAtOnce, databaseChanges } from '../state/history/databases.ts'
import { History } from '../state/history/history.ts'
import { changesSince, takeSnapshot } from '../state/history/snapshot.ts'
import { changeLines } from '../terminal/change-lines.ts'
import type { Invocation } from '../terminal/command.ts'
import { withRepair } from '../terminal/with-repair.ts'

/** `gabarit discard`: undoes the property changes since the last event, in all databases or in none. */
export async function run(invocation: Invocation): Promise<number> {
  return withRepair(invocation, 'gabarit discard', () => discard(invocation))
}

function discard({ system, places, answer }: Invocation): number {
  const { dryRun } = system
  const history = new History(places)
  const properties = changesSince(places, history.lastApplied())
  const notes: string[] = []
  const last = revealLastApplied(places, name => notes.push(keepsSecret(name)))
  if (last === undefined) throw new Failure('no event has run yet, so there is no state to return to')
  if (properties.length === 0) {
    const { plan } = survey(makeContext(places, system, () => undefined))
    if (plan.changes.length > 0)
      notes.push(
        'files still differ, as that event did not make them: gabarit status. To go back further: gabarit rollback ENTRY',
      )
  } else changeDatabasesAtOnce(places, databaseChanges(takeSnapshot(places), last), 'gabarit discard')
  const title = dryRun ? 'would discard:' : 'discarded:'
  const lines =
    properties.length === 0 ? ['no property has changed since the last event'] : [title, ...changeLines(properties)]
  return answer({ dryRun, properties, notes }, [...lines, ...notes.map(note => `note: ${note}`)].join('\n'))
}
