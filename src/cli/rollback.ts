import { Failure } from '../base/failure.ts'
import { restorationTo } from '../plan/restore-entry.ts'
import { databaseChanges } from '../state/history/databases.ts'
import { type HistoryEntry, tookEffect } from '../state/history/entry.ts'
import type { History } from '../state/history/history.ts'
import { takeSnapshot } from '../state/history/snapshot.ts'
import type { Invocation } from '../terminal/command.ts'
import { goBack } from './go-back.ts'
import { numberOf } from './history.ts'

/** `gabarit rollback [ID]`: returns to the state after entry ID, or before the last entry. */
export function run(invocation: Invocation): Promise<number> {
  const { args, places } = invocation
  return goBack(invocation, 'rollback', (history, { context }) => {
    const entry = wantedEntry(history, args[0])
    const { plan, databases, lasting } = restorationTo(entry, history, places, context.system)
    const changes = databaseChanges(takeSnapshot(places), databases)
    return { title: 'back to', entry, plan, changes, notes: lasting.map(what => `this stays: ${what}`) }
  })
}

function wantedEntry(history: History, id: string | undefined): HistoryEntry {
  if (id !== undefined) return history.entry(numberOf(id, 'the entry'))
  const before = history.after(0).filter(tookEffect).at(-2)
  if (before === undefined) throw new Failure('there is nothing to roll back', { hint: 'See gabarit history.' })
  return before
}
