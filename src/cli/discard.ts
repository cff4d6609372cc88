import { EXIT, Failure } from '../base/failure.ts'
import { survey } from '../event/survey.ts'
import { makeContext } from '../plan/context.ts'
import { keepsSecret, revealLastApplied } from '../plan/restore-entry.ts'
import { changeDatabasesAtOnce, databaseChanges } from '../state/history/databases.ts'
import { History } from '../state/history/history.ts'
import { changesSince, takeSnapshot } from '../state/history/snapshot.ts'
import type { Invocation } from '../terminal/command.ts'
import { withRepair } from '../terminal/run-context.ts'
import { changeLines } from './entry-lines.ts'

/** `gabarit discard`: undoes the property changes since the last event, in all databases or in none. */
export async function run(invocation: Invocation): Promise<number> {
  return withRepair(invocation, 'gabarit discard', () => discard(invocation))
}

function discard({ system, places, print, printError }: Invocation): number {
  const history = new History(places)
  const changes = changesSince(places, history.lastApplied())
  const last = revealLastApplied(places, name => printError(`note: ${keepsSecret(name)}`))
  if (last === undefined) throw new Failure('no event has run yet, so there is no state to return to')
  if (changes.length === 0) {
    print('no property has changed since the last event')
    const { plan } = survey(makeContext(places, system, () => undefined))
    if (plan.changes.length > 0)
      print(
        'Files still differ, as that event did not make them: gabarit status. To go back further: gabarit rollback ENTRY',
      )
    return EXIT.done
  }
  changeDatabasesAtOnce(places, databaseChanges(takeSnapshot(places), last), 'gabarit discard')
  print([system.dryRun ? 'would discard:' : 'discarded:', ...changeLines(changes)].join('\n'))
  return EXIT.done
}
