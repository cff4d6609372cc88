import { Failure, orFailure, usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { sayTime } from '../base/time.ts'
import { allDatabases } from '../db/all-databases.ts'
import { colourDiff, describeAttributes, textDiff } from '../plan/diff.ts'
import {
  commandLine,
  type FileRecord,
  type FileVersion,
  type HistoryEntry,
  noteOf,
  type PropertyChange,
  tookEffect,
} from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { showMasked } from '../state/history/masking.ts'
import { changesSince } from '../state/history/snapshot.ts'
import { changeLines } from '../terminal/change-lines.ts'
import type { Invocation } from '../terminal/command.ts'
import { summary } from './entry-lines.ts'
import { momentOf } from './moment.ts'

/** `gabarit history`. Names a damaged entry and shows the others. */
export async function run({ value, places, io, printError, answer }: Invocation): Promise<number> {
  const history = new History(places)
  const limit = numberOf(value('limit') ?? '20', '--limit')
  const [since = '', until] = [value('since'), value('until')]
  const from = since === '' ? 0 : momentOf(since, '--since', io.now())
  const to = until === undefined ? Number.POSITIVE_INFINITY : momentOf(until, '--until', io.now(), true)
  const isThen = ({ time }: HistoryEntry) => Date.parse(time) >= from && Date.parse(time) <= to
  const wanted: HistoryEntry[] = []
  const damaged: Failure[] = []
  for (const id of history.ids().reverse()) {
    if (wanted.length >= limit) break
    const entry = orFailure(() => history.entry(id))
    if (entry instanceof Failure) damaged.push(entry)
    else if (isThen(entry) && fits(entry, value('event'), value('database'), value('user'))) wanted.push(entry)
  }
  const none = history.ids().length === 0 ? 'the history is empty' : 'no entry of the history matches'
  const status = answer(wanted, wanted.map(summary).join('\n') || none, damaged.length === 0)
  for (const failure of damaged) printError(failure.describe())
  return status
}

function fits(entry: HistoryEntry, event?: string, database?: string, user?: string): boolean {
  return (
    (event === undefined || entry.args[0] === event || entry.command === event) &&
    (database === undefined || entry.properties.some(change => change.database === database)) &&
    (user === undefined || entry.user === user)
  )
}

/** `gabarit log DATABASE [KEY]`, also `db DATABASE log [KEY]`: who changed what, newest first. */
export async function log({ args, value, places, answer }: Invocation): Promise<number> {
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
  const known = allDatabases(places)
  const none = known.includes(database)
    ? 'the history contains no change'
    : `there is no database "${database}"${didYouMean(database, known)}`
  return answer({ pending, entries: rows }, lines.join('\n') || none)
}

function heading(entry: HistoryEntry): string {
  return `${entry.id}  ${sayTime(entry.time)}  ${entry.user}  ${commandLine(entry)}${noteOf(entry, '  ')}`
}

function indented(changes: readonly PropertyChange[]): string[] {
  return changeLines(changes).map(line => `    ${line}`)
}

/** `gabarit show ID` */
export async function show({ args, flag, colour, places, answer }: Invocation): Promise<number> {
  const history = new History(places)
  const entry = history.entry(numberOf(args[0] ?? '', 'the entry'))
  const files = history.files(entry)
  const data = { ...entry, files }
  // Contents are only read for the text.
  if (flag('json')) return answer(data, '')
  const text = (version: FileVersion | null) =>
    version === null || 'link' in version ? undefined : showMasked(history.objects.get(version.sha256).toString('utf8'))
  const diffs = files.map(file => fileDiff(file, text))
  const services = entry.adjustments.map(
    ({ service, command, problem }) => `service ${service}: ${command}${problem === null ? '' : `: ${problem}`}`,
  )
  const checks = entry.validators.map(command => `checked: ${command}`)
  return answer(
    data,
    [
      summary(entry),
      `  via: ${entry.via}`,
      ...entry.problems.map(problem => `  problem: ${problem}`),
      ...changeLines(entry.properties),
      ...(entry.lasting ?? []).map(what => `  lasting: ${what}`),
      ...(entry.folders ?? []).map(folder => `folder ${folder}`),
      ...diffs.map(diff => (colour ? colourDiff(diff) : diff).trimEnd()),
      ...checks,
      ...services,
    ].join('\n'),
  )
}

function fileDiff(
  { path, before, after }: FileRecord,
  text: (version: FileVersion | null) => string | undefined,
): string {
  const linkOf = (version: FileVersion | null) => (version !== null && 'link' in version ? version.link : undefined)
  const links = [linkOf(before), linkOf(after)]
  if (links.some(link => link !== undefined)) return `link ${path}: ${links.map(link => link ?? 'none').join(' -> ')}`
  const [old, made] = [text(before), text(after)]
  if (old === made && before !== null && after !== null && 'mode' in before && 'mode' in after) {
    const [was, is] = [describeAttributes(before), describeAttributes(after)]
    return was === is ? `${path}: only a secret value differs` : `attributes ${path}: ${was} -> ${is}`
  }
  return textDiff(path, old, made)
}

/**
 * Parses a number on the command line.
 * @throws Failure (usage)
 */
export function numberOf(text: string, what: string, least = 1): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text)
  throw usageFailure(`${what} must be a number from ${least} on, not ${JSON.stringify(text)}`)
}
