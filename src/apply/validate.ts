import { refusal } from '../system/failure.ts'
import type { System } from '../system/system.ts'
import type { Staged } from './commit.ts'

/** Time limit of one checker, in milliseconds. */
const TIMEOUT = 60_000

/**
 * Has the daemons' own checkers judge the staged files: every `validate` command of every changed file, in parallel,
 * with `{}` replaced by the staged file.
 * @param warn is told of checkers that are not installed
 * @throws Failure (refused) with everything that any of them said
 */
export async function validateStaged(
  staged: readonly Staged[],
  system: System,
  root: string,
  warn: (message: string) => void,
): Promise<void> {
  const checked = staged.filter(({ change }) => change.metadata.validate.length > 0)
  if (system.dryRun || checked.length === 0) return
  if (root !== '/') {
    warn(`not checked below ${root}: ${checked.map(({ change }) => change.path).join(', ')}`)
    return
  }
  const problems = (await Promise.all(checked.map(entry => validateOne(entry, system, warn)))).flat()
  if (problems.length > 0) throw refusal(problems.join('\n'), { hint: 'Nothing was changed.' })
}

async function validateOne(
  { change, file }: Staged,
  system: System,
  warn: (message: string) => void,
): Promise<string[]> {
  const problems: string[] = []
  let judged = false
  for (const command of change.metadata.validate) {
    const words = command.map(word => word.replaceAll('{}', () => file))
    const result = await system.run(words, { env: { ...process.env, LC_ALL: 'C.UTF-8' }, timeout: TIMEOUT })
    if (result.missing) continue
    judged = true
    if (result.status === 0) continue
    const said = result.output.trim().replaceAll(file, () => change.path)
    problems.push(`${change.path} is refused by ${words[0]}: ${result.problem ?? said}`)
  }
  if (!judged)
    warn(`${change.path} is not checked: ${change.metadata.validate.map(([name]) => name).join(', ')} not installed`)
  return problems
}
