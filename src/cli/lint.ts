import { EXIT } from '../base/failure.ts'
import type { Finding } from '../base/finding.ts'
import { lintSiteChecks } from '../commit/judge.ts'
import { lintDatabases } from '../db/lint.ts'
import { lintEvents } from '../event/lint.ts'
import { lintTemplates } from '../template/lint.ts'
import { searchList } from '../template/tree.ts'
import type { Invocation } from '../terminal/command.ts'
import { installedModules, misnamed, problemsOf } from './installed/read.ts'

/** `gabarit lint` */
export async function run({ commands, flag, places, print }: Invocation): Promise<number> {
  const layers = searchList(places)
  const findings = [
    ...lintDatabases(places),
    ...lintTemplates(layers),
    ...lintEvents(places, layers),
    ...lintSiteChecks(places),
    ...[...misnamed(places), ...installedModules(places).flatMap(installed => problemsOf(installed, commands))].map(
      (message): Finding => ({ level: 'error', message }),
    ),
  ]
  const errors = findings.filter(({ level }) => level === 'error').length
  if (flag('json')) print(JSON.stringify(findings, null, 2))
  else if (findings.length === 0) print('no problems found')
  else {
    for (const { level, message } of findings) print(`${level}: ${message}`)
    print(
      `${errors} error${errors === 1 ? '' : 's'}, ${findings.length - errors} warning${findings.length - errors === 1 ? '' : 's'}`,
    )
  }
  return errors > 0 ? EXIT.failed : EXIT.done
}
