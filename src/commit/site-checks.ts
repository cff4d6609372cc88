import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import type { Finding } from '../base/finding.ts'
import type { Places } from '../system/places.ts'
import { isExecutable, namesIn } from '../system/read-files.ts'
import type { System } from '../system/system.ts'
import { NOTHING, type Verdict } from './judge.ts'

/** Time limit of one of the site's checks, in milliseconds. */
const TIMEOUT = 60_000

/** The site's own checks: the executables of /etc/gabarit/checks.d, in byte order. */
function listSiteChecks(places: Places): string[] {
  return filesOf(places).filter(file => isExecutable(file))
}

/** A check that is not executable never runs, which nobody would notice. */
export function lintSiteChecks(places: Places): Finding[] {
  return filesOf(places)
    .filter(file => !isExecutable(file))
    .map(file => ({ level: 'warning', message: `${file}: not executable, so this check never runs` }))
}

function filesOf(places: Places): string[] {
  const folder = join(places.site, 'checks.d')
  const names = namesIn(folder).filter(name => !name.startsWith('.'))
  return names.sort(compareBytes).map(name => join(folder, name))
}

/**
 * Runs the site's checks on a plan, which they get as JSON on standard input (only created if there is a check). A check that
 * exits with a status other than 0 refuses the plan. If a check passes, its output is shown as a warning.
 */
export async function askSiteChecks(planJson: () => string, places: Places, system: System): Promise<Verdict> {
  const checks = listSiteChecks(places)
  if (checks.length === 0) return NOTHING
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
