import { EXIT } from '../base/failure.ts'
import { initializeDatabases } from '../db/initialize.ts'
import type { Invocation } from '../terminal/command.ts'

/** `gabarit initialize-default-databases` */
export async function run({ flag, places, system, print, printError }: Invocation): Promise<number> {
  const databases = initializeDatabases(places)
  for (const { warnings, failure } of databases) {
    for (const warning of warnings) printError(`warning: ${warning}`)
    if (failure !== undefined) printError(failure.describe())
  }
  if (flag('json')) {
    const rows = databases.map(({ name, changed, warnings, failure }) => ({
      database: name,
      changed,
      warnings,
      problem: failure?.describe() ?? null,
    }))
    print(JSON.stringify(rows, null, 2))
  } else
    for (const { name, changed } of databases)
      for (const key of changed) print(`${system.dryRun ? 'would complete' : 'completed'} ${name} ${key}`)
  return databases.some(({ failure }) => failure !== undefined) ? EXIT.failed : EXIT.done
}
