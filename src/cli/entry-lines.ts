import { shortList } from '../base/short-list.ts'
import { sayTime } from '../base/time.ts'
import { commandLine, type HistoryEntry, noteOf, type PropertyChange } from '../state/history/entry.ts'

/** Names of records, and of files, in one line of the list. */
const NAMES = 3

/** `41  2026-11-21 22:03:04 +0100  root  signal-event console-save  done: configuration httpd TCPPort; /etc/hosts and 2 more` */
export function summary(entry: HistoryEntry): string {
  const { id, time, user, outcome, properties, paths } = entry
  const records = [...new Set(properties.map(recordOf))]
  const changed = shortened(records, record => changedName(record, properties))
  const what = [changed, shortened(paths)].filter(names => names !== '').join('; ') || 'no change'
  return `${id}  ${sayTime(time)}  ${user}  ${commandLine(entry)}  ${outcome}: ${what}${noteOf(entry, '  ')}`
}

function recordOf({ database, key }: PropertyChange): string {
  return database === 'configuration' ? key : `${database} ${key}`
}

/** With the property, if it is the only one of the record. */
function changedName(record: string, changes: readonly PropertyChange[]): string {
  const [first, ...others] = changes.filter(change => recordOf(change) === record)
  return others.length === 0 && typeof first?.property === 'string' ? `${record} ${first.property}` : record
}

function shortened(names: readonly string[], say = (name: string) => name): string {
  return shortList(names.map(say), NAMES)
}
