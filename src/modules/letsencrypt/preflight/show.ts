import { columns } from '../../../base/columns.ts'
import type { CheckId, CheckResult } from './check.ts'
import { failingNames, type PreflightReport } from './preflight.ts'

const HEAD = ['name', 'addresses', 'DNS', 'CAA', 'port 80']

/** The report as a table of names, followed by problems and what to do. */
export function reportAsText(report: PreflightReport): string {
  const { names, general } = report
  const rows = names.map(({ name, addresses, results }) => [
    name,
    addresses.join(' ') || '-',
    stateOf(results, ['internal', 'wildcard', 'dns']),
    stateOf(results, ['caa']),
    stateOf(results, ['fetch']),
  ])
  const table = rows.length === 0 ? [] : [...columns([HEAD, ...rows]), '']
  const bad = (results: readonly CheckResult[]) =>
    results.filter(({ state }) => state === 'failed' || state === 'warning')
  const problems = [
    ...bad(general).map(result => problemOf(result.check, result)),
    ...names.flatMap(({ name, results }) => bad(results).map(result => problemOf(name, result))),
  ]
  return [...table, ...problems, verdict(report)].join('\n')
}

/** The worst result of some checks; a dash if nothing was checked. */
function stateOf(results: readonly CheckResult[], checks: readonly CheckId[]): string {
  const states = results.filter(({ check }) => checks.includes(check)).map(({ state }) => state)
  if (states.includes('failed')) return 'FAILED'
  if (states.includes('warning')) return 'warning'
  return states.includes('ok') ? 'ok' : '-'
}

function problemOf(what: string, { state, reason, hint }: CheckResult): string {
  const first = `${state === 'failed' ? 'failed ' : 'warning'}  ${what}: ${reason}`
  return hint === undefined ? first : `${first}\n${hint}`.replaceAll('\n', '\n         ')
}

function verdict(report: PreflightReport): string {
  const { names, ok } = report
  const failing = failingNames(report).length
  const count = `${names.length} ${names.length === 1 ? 'name' : 'names'}`
  if (names.length === 0) return ok ? 'no name is requested' : 'not ready'
  if (failing > 0) return `${count}, ${failing} with a problem: the authority would refuse the whole certificate`
  return ok ? `${count} ready` : `${count}, but not ready`
}
