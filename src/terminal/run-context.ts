import { usageFailure } from '../base/failure.ts'
import { type Context, makeContext } from '../plan/context.ts'
import type { Asked } from '../state/history/entry.ts'
import { caller } from '../system/accounts.ts'
import { changeFiles } from '../transaction/before-change.ts'
import type { Reporter } from '../transaction/report.ts'
import type { Work } from '../transaction/run.ts'
import type { Invocation } from './command.ts'
import { reporter } from './reporter.ts'

/**
 * The context in which a command expands, plans and commits.
 * @throws Failure (usage) for `--overwrite` with a relative path
 */
export function contextOf(invocation: Invocation): Context {
  const { places, system, warn } = invocation
  return { ...makeContext(places, system, warn), ...barrierOptions(invocation) }
}

/**
 * The part of a context or signal that the options `--check` and `--overwrite FILE[,FILE]` set, for the barrier before a commit.
 * @throws Failure (usage) for a relative path
 */
export function barrierOptions({ flag, value, system }: Invocation): Pick<Context, 'judge' | 'mayOverwrite'> {
  const paths = (value('overwrite') ?? '').split(',').filter(path => path !== '')
  const relative = paths.find(path => !path.startsWith('/'))
  if (relative !== undefined) throw usageFailure(`--overwrite ${relative}: give the file's path on the server`)
  const named = new Set(paths)
  return { mayOverwrite: path => named.has(path), ...(system.dryRun && !flag('check') ? { judge: 'never' } : {}) }
}

/** The request of a command, for the history. */
export function askedBy({ system, value }: Invocation, command: string, args: readonly string[]): Asked {
  return { ...caller(system.env), command, args, comment: value('comment') ?? null }
}

/**
 * Runs a command that changes files once no other one is running.
 * @param show what it reports; default: as text
 */
export async function withEventLock<Result>(
  invocation: Invocation,
  command: string,
  work: (work: Work) => Promise<Result>,
  show?: Reporter,
): Promise<Result> {
  const { places, system } = invocation
  const report = reporter(invocation, show)
  const context = contextOf(invocation)
  invocation.log('info', `${command} by ${caller(system.env).user}`)
  return changeFiles({ places, system, report }, command, ({ lock }) => work({ context, lock, report }))
}
