import { describeDatabase, describedDatabases } from '../db/description.ts'
import { lintDatabase } from '../db/lint.ts'
import { describeProblem } from '../db/problem.ts'
import { lintEvents } from '../event/lint.ts'
import { EXIT, Failure } from '../system/failure.ts'
import type { Finding } from '../system/finding.ts'
import type { Places } from '../system/places.ts'
import { lintTemplates } from '../template/lint.ts'
import { searchList } from '../template/tree.ts'
import type { Invocation } from './command.ts'

/** `gabarit lint` */
export async function run({ flag, places, print }: Invocation): Promise<number> {
  const layers = searchList(places)
  const findings = [...lintDatabases(places), ...lintTemplates(layers), ...lintEvents(places, layers)]
  const errors = findings.filter(({ level }) => level === 'error').length
  if (flag('json')) print(JSON.stringify(findings, null, 2))
  else if (findings.length === 0) print('nothing to complain about')
  else {
    for (const { level, message } of findings) print(`${level}: ${message}`)
    print(
      `${errors} error${errors === 1 ? '' : 's'}, ${findings.length - errors} warning${findings.length - errors === 1 ? '' : 's'}`,
    )
  }
  return errors > 0 ? EXIT.failed : EXIT.done
}

function lintDatabases(places: Places): Finding[] {
  return describedDatabases(places).flatMap((name): Finding[] => {
    try {
      describeDatabase(places, name)
      return lintDatabase(places, name).map(problem => ({
        level: 'error',
        message: `${name}: ${describeProblem(problem)}`,
      }))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      return [{ level: 'error', message: error.describe() }]
    }
  })
}
