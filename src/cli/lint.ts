import { unlessFailed } from '../base/failure.ts'
import type { Finding } from '../base/finding.ts'
import { plural } from '../base/plural.ts'
import { lintSiteChecks } from '../commit/judge.ts'
import { lintDatabases } from '../db/lint.ts'
import { lintEvents, lintOutputs } from '../event/lint.ts'
import { listEvents, loadEvent } from '../event/load.ts'
import { lintTemplates } from '../template/lint.ts'
import { ReadsLint } from '../template/lint-reads.ts'
import { searchList } from '../template/tree.ts'
import type { Invocation } from '../terminal/command.ts'
import { installedModules, misnamed, problemsOf } from './installed/read.ts'

/** `gabarit lint` */
export async function run({ commands, places, answer, asDryRun }: Invocation): Promise<number> {
  const layers = searchList(places)
  const dry = asDryRun()
  const reads = new ReadsLint(places)
  const actions = listEvents(places).flatMap(name => unlessFailed(() => loadEvent(places, name).handlers) ?? [])
  for (const { realFile } of actions) reads.also(realFile)
  const findings = distinct([
    ...lintDatabases(places),
    ...lintTemplates(layers, reads),
    ...reads.unread(),
    ...lintEvents(places, layers),
    ...lintOutputs(dry.places, dry.system),
    ...lintSiteChecks(places),
    ...[...misnamed(places), ...installedModules(places).flatMap(installed => problemsOf(installed, commands))].map(
      (message): Finding => ({ level: 'error', message }),
    ),
  ])
  const errors = findings.filter(({ level }) => level === 'error').length
  const lines = findings.map(({ level, message }) => `${level}: ${message}`)
  const total = `${plural(errors, 'error')}, ${plural(findings.length - errors, 'warning')}`
  return answer(findings, findings.length === 0 ? 'no problems found' : [...lines, total].join('\n'), errors === 0)
}

/** A fragment with a syntax error is found on its own, and again when its template is expanded. */
function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map(finding => [JSON.stringify(finding), finding])).values()]
}
