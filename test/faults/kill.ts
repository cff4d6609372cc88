import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CONFIRMATION } from '../../src/state/confirmation.ts'
import { guardProcess } from '../../src/transaction/start-guard.ts'
import type { RunRequest } from './deed.ts'
import { namesIn, type Site } from './site.ts'

/** Commands that repair what was cut off and change nothing else. */
const REPAIRS: readonly (readonly string[])[] = [
  ['expand-template', '/etc/same'],
  ['gabarit', 'prune', '--keep', '1000'],
]

/** Files that are there while something is half done. */
const UNDER_WAY = ['journal.json', 'database-changes.json']

/** When a command was cut off: before it changed anything that counts, while it did, or afterwards. */
export type Moment = 'before' | 'during' | 'after'

/** Looks at what a killed command left behind. */
export function momentOf(site: Site, deed: RunRequest): Moment {
  const { state, databases } = site.places
  if (UNDER_WAY.some(name => state.has(name))) return 'during'
  if (namesIn(databases).some(name => name.endsWith('.json.lock'))) return 'during'
  return deed.isBegun(site) ? 'after' : 'before'
}

/**
 * Has another command repair what was cut off, and judges the result.
 * @param lot decides which command repairs, and whether the one that was killed is then carried out in full: in [0, 1)
 * @returns what is wrong; nothing when all is well
 */
export async function repairAndJudge(site: Site, deed: RunRequest, lot: number): Promise<string[]> {
  const damaged =
    UNDER_WAY.some(name => existsSync(join(site.places.state.folder, name))) ||
    namesIn(site.places.state.folder).some(name => name.startsWith('unfinished-'))
  const repair = REPAIRS[Math.floor(lot * REPAIRS.length)] ?? []
  const { status, stderr } = site.run(repair)
  const problems: string[] = []
  const waits = CONFIRMATION.read(site.places) !== undefined && repair[0] === 'expand-template'
  if (status !== (waits ? 3 : 0)) problems.push(`${repair.join(' ')}: exit ${status}: ${stderr}`)
  if (damaged !== /interrupted/.test(stderr)) problems.push(`${repair.join(' ')} said: ${JSON.stringify(stderr)}`)
  const { found, problems: wrong } = await deed.judge(site)
  problems.push(...wrong)
  if (found === 'before' && (lot * 1000) % 3 < 1) problems.push(...(await again(site, deed)))
  endGuard(site)
  return problems
}

/** What was cut off can be done now. */
async function again(site: Site, deed: RunRequest): Promise<string[]> {
  const { status, stdout, stderr } = site.run(deed.command, { input: deed.input })
  if (status !== 0) return [`again: exit ${status}: ${stdout}${stderr}`]
  const { found, problems } = await deed.judge(site)
  return found === 'after' ? problems.map(problem => `again: ${problem}`) : ['again: it was not done']
}

/** Ends the process that waits for a confirmation. */
export function endGuard(site: Site): void {
  const open = CONFIRMATION.read(site.places)
  const pid = open === undefined ? undefined : guardProcess(site.places, open.token)
  if (pid !== undefined) process.kill(pid, 'SIGKILL')
}
