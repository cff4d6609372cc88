import { Failure, orFailure } from '../../base/failure.ts'
import { shell } from '../../base/quote.ts'
import type { Places } from '../../system/places.ts'
import type { RunResult, System } from '../../system/system.ts'
import { commandLine, type FileVersion, type HistoryEntry, tookEffect } from './entry.ts'
import { History } from './history.ts'
import { showMaskedIn } from './masking.ts'

/** Time limit of one git command, in milliseconds: an unresponsive remote must not delay an event for long. */
const TIMEOUT = 30_000

const BRANCH = 'refs/heads/main'

/** The trailer of a commit message that names the entry. */
const TRAILER = 'Gabarit-Entry'

/**
 * Copies new entries into a bare git repository, one commit each: the databases and the files as they were afterwards, with
 * secrets as asterisks. If the repository has a remote called `origin`, pushes to it.
 * A failed run loses nothing: the next one copies its entries, too.
 * @param repository absolute path of the repository; created if it does not exist
 * @returns the problem, in words; undefined if everything was copied
 */
export async function archiveHistory(repository: string, places: Places, system: System): Promise<string | undefined> {
  const git = (...args: readonly string[]) => ['git', `--git-dir=${repository}`, ...args]
  const options = {
    env: { ...system.env, LC_ALL: 'C.UTF-8', GIT_TERMINAL_PROMPT: '0' },
    cwd: '/',
    timeout: TIMEOUT,
  }
  const run = async (command: readonly string[], input: string | Buffer = '') =>
    problemOf(await system.run(command, { ...options, input }))
  if (system.state(`${repository}/HEAD`) === undefined) {
    const made = await run(git('init', '--quiet', '--bare', '--shared=0600', '--initial-branch=main'))
    if (made !== undefined) return made
  }
  const format = `--format=%ct %(trailers:key=${TRAILER},valueonly)`
  const head = await system.ask(git('log', '-1', `--grep=^${TRAILER}: `, format, BRANCH), options)
  const [, seconds, number] = /^(\d+) (\d+)$/m.exec(head.stdout) ?? []
  const last = Number(number ?? 0)
  const history = new History(places)
  const strange = head.status === 0 ? strangeness(last, Number(seconds), history) : undefined
  if (strange !== undefined) return `${strange}\n${wayOut(repository)}`
  const stream = orFailure(() => commitsAfter(last, history))
  if (stream instanceof Failure) return stream.describe()
  if (stream.length === 0) return undefined
  const problem = await run(git('fast-import', '--quiet', '--date-format=rfc2822'), stream)
  if (problem !== undefined) return problem
  const { status } = await system.ask(git('config', 'remote.origin.url'), options)
  return status === 0 ? run(git('push', '--quiet', 'origin', 'main')) : undefined
}

/**
 * Why the archive does not belong to this history, but to another machine or to a history that was lost here. Its numbers
 * would continue as if nothing were missing.
 * @param last number of the newest entry in the archive; 0: no commit is an entry
 * @param seconds when that entry began, since 1970
 */
function strangeness(last: number, seconds: number, history: History): string | undefined {
  const newest = history.ids().at(-1) ?? 0
  if (last === 0) return 'its branch main was not created by gabarit'
  if (last >= newest)
    return `it ends with entry ${last}, but the newest here is ${newest}: it belongs to another machine or history`
  // An old one may have been pruned, or be damaged, which is reported elsewhere.
  const entry = orFailure(() => history.entry(last))
  if (entry instanceof Failure || Math.floor(Date.parse(entry.time) / 1000) === seconds) return undefined
  return `its newest entry, ${last}, is not the entry with that number here: it belongs to another machine or history`
}

function wayOut(repository: string): string {
  return [
    'Use another one: config setprop gabarit Archive PATH',
    `Or start a new branch there: git --git-dir=${shell(repository)} branch -m main before`,
  ].join('\n')
}

/** @throws Failure if part of the history is missing or damaged */
function commitsAfter(last: number, history: History): Buffer {
  const entries = history.after(last).filter(tookEffect)
  return Buffer.concat(entries.flatMap((entry, index) => commitOf(entry, history, index === 0 && last > 0)))
}

function problemOf({ status, problem, output }: RunResult): string | undefined {
  return problem ?? (status === 0 ? undefined : output.trim() || `git: exit status ${status}`)
}

/**
 * One entry in the format of git-fast-import(1).
 * @param follows whether it continues the existing branch
 */
function commitOf(entry: HistoryEntry, history: History, follows: boolean): Buffer[] {
  const { user, time, comment, outcome, id } = entry
  const date = new Date(time).toUTCString().replace('GMT', '+0000')
  const title = commandLine(entry)
  const message = [
    title,
    ...(comment === null ? [] : ['', comment]),
    '',
    `Outcome: ${outcome}`,
    `${TRAILER}: ${id}`,
    '',
  ]
  const databases = Object.entries(entry.databases).flatMap(([name, hash]) =>
    file('100644', `databases/${name}.json`, showMaskedIn(history.objects.get(hash))),
  )
  return [
    line(`commit ${BRANCH}`),
    line(`committer ${user.replace(/[<>\n]/g, '')} <> ${date}`),
    ...data(Buffer.from(message.join('\n'))),
    ...(follows ? [line(`from ${BRANCH}^0`)] : []),
    line('D databases'),
    ...databases,
    ...history.files(entry).flatMap(({ path, after }) => versionOf(`files${path}`, after, history)),
  ]
}

function versionOf(path: string, version: FileVersion | null, history: History): Buffer[] {
  if (version === null) return [line(`D ${quoted(path)}`)]
  if ('link' in version) return file('120000', path, Buffer.from(version.link))
  const mode = (version.mode & 0o100) === 0 ? '100644' : '100755'
  return file(mode, path, showMaskedIn(history.objects.get(version.sha256)))
}

function file(mode: string, path: string, content: Uint8Array): Buffer[] {
  return [line(`M ${mode} inline ${quoted(path)}`), ...data(content)]
}

function data(content: Uint8Array): Buffer[] {
  return [line(`data ${content.length}`), Buffer.from(content), line('')]
}

/** A quoted path, which can contain anything but a zero byte. */
function quoted(path: string): string {
  const escaped = path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')
  return `"${escaped}"`
}

function line(text: string): Buffer {
  return Buffer.from(`${text}\n`)
}
