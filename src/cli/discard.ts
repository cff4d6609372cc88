import { changeDatabases, databaseChanges } from '../history/databases.ts'
import { History } from '../history/history.ts'
import { revealLastApplied } from '../history/restore.ts'
import { changesSince } from '../history/since.ts'
import { takeSnapshot } from '../history/snapshot.ts'
import { EXIT, Failure } from '../system/failure.ts'
import type { Invocation } from './command.ts'
import { changeLines } from './history.ts'

/** `gabarit discard`: takes back the property changes since the last event. */
export async function run({ flag, places, print, printError }: Invocation): Promise<number> {
  const history = new History(places)
  const changes = changesSince(places, history, history.lastApplied())
  const last = revealLastApplied(places, name =>
    printError(`note: ${name} is secret, so its former value is not known: it stays as it is`),
  )
  if (last === undefined) throw new Failure('no event has run yet, so there is no state to go back to')
  if (changes.length === 0) {
    print('no property has changed since the last event')
    return EXIT.done
  }
  if (!flag('dry-run')) changeDatabases(places, databaseChanges(takeSnapshot(places), last), 'gabarit discard')
  print([flag('dry-run') ? 'would take back:' : 'taken back:', ...changeLines(changes)].join('\n'))
  return EXIT.done
}
