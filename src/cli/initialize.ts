import { initializeDatabases } from '../db/initialize.ts'
import type { Invocation } from '../terminal/command.ts'

/** `gabarit initialize-default-databases` */
export async function run({ places, system, printError, answer }: Invocation): Promise<number> {
  const databases = initializeDatabases(places)
  for (const { warnings, failure } of databases) {
    for (const warning of warnings) printError(`warning: ${warning}`)
    if (failure !== undefined) printError(failure.describe())
  }
  const rows = databases.map(({ name, changed, warnings, failure }) => ({
    database: name,
    changed,
    warnings,
    problem: failure?.describe() ?? null,
  }))
  const verb = system.dryRun ? 'would complete' : 'completed'
  const lines = databases.flatMap(({ name, changed }) => changed.map(key => `${verb} ${name} ${key}`))
  return answer(
    rows,
    lines.join('\n'),
    databases.every(({ failure }) => failure === undefined),
  )
}
