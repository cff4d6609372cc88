import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import type { Finding } from '../base/finding.ts'
import type { Plan } from '../plan/plan.ts'
import type { Places } from '../system/places.ts'
import type { ViewRequest } from '../system/private-view.ts'
import { engineCommand } from '../system/programs.ts'
import { isExecutable, namesIn } from '../system/read-files.ts'
import type { RunResult, System } from '../system/system.ts'
import { refuseUnsafePart } from '../system/trust.ts'
import type { Checker } from './checkers.ts'

/** Time limit of one checker or check, in milliseconds. */
const TIMEOUT = 60_000

/** Exit status of a shell script whose program is not installed (POSIX, Shell Command Language 2.8.2). */
const NOT_FOUND = 127

/** What the checkers found. */
export interface Verdict {
  /** All objections; empty if there are none. */
  readonly problems: readonly string[]
  /** The commands that were run. */
  readonly ran: readonly string[]
  readonly warnings: readonly string[]
}

/** Nobody was asked. */
export const NOTHING: Verdict = { problems: [], ran: [], warnings: [] }

/**
 * Runs commands that see the whole staged set at its real paths, in a private mount namespace.
 * @returns undefined if such a view cannot be created (not root, no namespaces): check after the commit instead
 */
export async function runStaged(
  commands: readonly (readonly string[])[],
  plan: Pick<Plan, 'changes' | 'folders'>,
  system: System,
  places: Places,
): Promise<readonly RunResult[] | undefined> {
  if (process.geteuid?.() !== 0 || process.platform !== 'linux') return undefined
  const scratch = places.state.path('view')
  const request: ViewRequest = {
    scratch,
    files: plan.changes.flatMap(change => {
      if (change.kind !== 'write') return []
      const content = Buffer.from(change.after).toString('base64')
      return [{ real: change.real, content, attributes: change.attributes }]
    }),
    links: plan.changes.flatMap(change =>
      change.kind === 'link' ? [{ target: change.target, real: change.real }] : [],
    ),
    folders: plan.folders.map(({ real }) => real),
    removed: plan.changes.flatMap(change => (change.kind === 'remove' ? [change.real] : [])),
    commands,
    timeout: TIMEOUT,
  }
  const judge = engineCommand(places.shipped, 'judge')
  const answer = await system.ask(['unshare', '--mount', '--propagation', 'private', '--', ...judge], {
    input: JSON.stringify(request),
    timeout: 2 * TIMEOUT,
  })
  // Node, or what starts it, may print warnings.
  return answer.status === 0 ? JSON.parse(answer.stdout) : undefined
}

/** Has the checkers check the files in place, after a commit that can still be undone. */
export async function judgeInPlace(checkers: readonly Checker[], system: System): Promise<Verdict> {
  const options = { env: { ...system.env, LC_ALL: 'C.UTF-8' }, timeout: TIMEOUT }
  return verdict(checkers, await Promise.all(checkers.map(({ command }) => system.run(command, options))))
}

/** What the results of checkers mean, which are in the same order. */
export function verdict(checkers: readonly Checker[], results: readonly RunResult[]): Verdict {
  const problems: string[] = []
  const ran: string[] = []
  const checked = new Set<string>()
  const missing = new Map<string, string[]>()
  checkers.forEach(({ command, program, paths }, index) => {
    const result = results[index]
    if (result === undefined) return
    if (result.missing || result.status === NOT_FOUND) {
      for (const path of paths) missing.set(path, [...(missing.get(path) ?? []), program])
      return
    }
    ran.push(command.join(' '))
    for (const path of paths) checked.add(path)
    if (result.status === 0) return
    const others = paths.length === 1 ? '' : ` and ${paths.length - 1} more`
    problems.push(`${paths[0]}${others} is refused by ${program}: ${result.problem ?? result.output.trim()}`)
  })
  const unchecked = [...missing].filter(([path]) => !checked.has(path))
  const warnings = unchecked.map(([path, programs]) => `${path} is not checked: ${programs.join(', ')} not installed`)
  return { problems, ran, warnings }
}

/** A check that is not executable never runs, which nobody would notice. */
export function lintSiteChecks(places: Places): Finding[] {
  return siteChecks(places)
    .filter(file => !isExecutable(file))
    .map(file => ({ level: 'warning', message: `${file}: not executable, so this check never runs` }))
}

/** The site's own checks: the files of /etc/gabarit/checks.d, in byte order. */
function siteChecks(places: Places): string[] {
  const folder = join(places.site, 'checks.d')
  const names = namesIn(folder).filter(name => !name.startsWith('.'))
  return names.sort(compareBytes).map(name => join(folder, name))
}

/**
 * Runs the site's checks on a plan, which they get as JSON on standard input (only created if there is a check). A check that
 * exits with a status other than 0 refuses the plan. If a check passes, its output is shown as a warning.
 * @throws Failure (refused) for a check that others can change
 */
export async function askSiteChecks(planJson: () => string, places: Places, system: System): Promise<Verdict> {
  const checks = siteChecks(places).filter(file => isExecutable(file))
  if (checks.length === 0) return NOTHING
  for (const file of checks) refuseUnsafePart(places, file)
  const input = planJson()
  const results = await Promise.all(checks.map(file => system.ask([file], { cwd: '/', input, timeout: TIMEOUT })))
  const problems: string[] = []
  const warnings: string[] = []
  results.forEach(({ status, problem, output }, index) => {
    const file = checks[index] ?? ''
    const said = output.trim()
    if (status !== 0) problems.push(`${file} refuses: ${problem ?? (said || `exit status ${status}`)}`)
    else if (said !== '') warnings.push(`${file}: ${said}`)
  })
  return { problems, warnings, ran: checks }
}
