import { columns } from '../base/columns.ts'
import { plural } from '../base/plural.ts'
import { changeWord } from '../plan/data.ts'
import type { EventReport } from '../transaction/report.ts'

/** The reports that the summary stands for. */
export const SUMMED_UP: ReadonlySet<EventReport['kind']> = new Set([
  'records',
  'databases',
  'planned',
  'handler',
  'checked',
])

/** What an event would do, in about twenty lines: numbers, where its files are, and which of them replace files that it did not make. */
export function eventSummary(reports: readonly EventReport[]): string[] {
  const records = reports.flatMap(report => {
    if (report.kind === 'records') return report.keys.map(() => report.database)
    return report.kind === 'databases' ? report.databases.flatMap(({ name, changed }) => changed.map(() => name)) : []
  })
  const changes = reports.flatMap(report => (report.kind === 'planned' ? report.plan.changes : []))
  const actions = reports.flatMap(report => (report.kind === 'handler' ? [report.handler] : []))
  const replaced = changes.flatMap(change => ('takenOver' in change && change.takenOver ? [change.path] : []))
  return [
    `${plural(records.length, 'record')}${counts(records)}`,
    `${plural(changes.length, 'file')}${counts(changes.map(changeWord))}`,
    ...columns(numbers(changes.map(({ path }) => placeOf(path))).map(([place, count]) => [`  ${place}`, `${count}`])),
    ...(replaced.length === 0 ? [] : [`your version is kept in /var/lib/gabarit/replaced: ${replaced.join(', ')}`]),
    ...(actions.length === 0 ? [] : [`actions: ${actions.join(', ')}`]),
  ]
}

/** ` (configuration 12, hosts 6)` */
function counts(words: readonly string[]): string {
  const all = numbers(words).map(([word, count]) => `${word} ${count}`)
  return all.length === 0 ? '' : ` (${all.join(', ')})`
}

/** How often each word is there, in the order in which they first come. */
function numbers(words: readonly string[]): [word: string, count: number][] {
  return [...new Set(words)].map(word => [word, words.filter(other => other === word).length])
}

/** The folder of a service: `/etc/httpd`, `/var/lib/gabarit`. */
function placeOf(path: string): string {
  return path.split('/', path.startsWith('/etc/') ? 3 : 4).join('/')
}
