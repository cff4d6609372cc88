import { sayTime } from '../base/time.ts'
import { commandLine, type HistoryEntry, noteOf, type PropertyChange, tookEffect } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { changesSince } from '../state/history/snapshot.ts'
import type { Invocation } from '../terminal/command.ts'
import { changeLines, numberOf } from './history.ts'

/** `gabarit log DATABASE [KEY]`, also `db DATABASE log [KEY]`: who changed what, newest first. */
export async function run({ args, value, places, answer }: Invocation): Promise<number> {
  const [database = '', key] = args
  const limit = numberOf(value('limit') ?? '50', '--limit')
  const fits = (change: PropertyChange) => change.database === database && (key === undefined || change.key === key)
  const history = new History(places)
  const pending = changesSince(places, history.lastApplied()).filter(fits)
  const entries: { entry: HistoryEntry; changes: PropertyChange[] }[] = []
  for (const id of history.ids().reverse()) {
    if (entries.length >= limit) break
    const entry = history.entry(id)
    // Refused or rolled back changes appear as pending, or in the later entry that applied them.
    if (!tookEffect(entry)) continue
    const changes = entry.properties.filter(fits)
    if (changes.length > 0) entries.push({ entry, changes })
  }
  const rows = entries.map(({ entry: { id, time, user, command, args: words, comment }, changes }) => ({
    id,
    time,
    user,
    command: [command, ...words].join(' '),
    comment,
    changes,
  }))
  const lines = pending.length === 0 ? [] : ['pending: not applied by any event yet', ...indented(pending)]
  for (const { entry, changes } of entries) lines.push(heading(entry), ...indented(changes))
  return answer({ pending, entries: rows }, lines.join('\n') || 'the history contains no change')
}

function heading(entry: HistoryEntry): string {
  return `${entry.id}  ${sayTime(entry.time)}  ${entry.user}  ${commandLine(entry)}${noteOf(entry, '  ')}`
}

function indented(changes: readonly PropertyChange[]): string[] {
  return changeLines(changes).map(line => `    ${line}`)
}
