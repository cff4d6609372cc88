import { usageFailure } from '../base/failure.ts'
import { type Context, makeContext } from '../plan/context.ts'
import type { Asked } from '../state/history/entry.ts'
import { caller } from '../system/accounts.ts'
import type { Invocation } from './command.ts'

/**
 * What a command expands, plans and commits with.
 * @throws Failure (usage) for `--overwrite` with a relative path
 */
export function contextOf(invocation: Invocation): Context {
  const { places, system, warn } = invocation
  return { ...makeContext(places, system, warn), ...barrierOptions(invocation) }
}

/**
 * What the options `--check` and `--overwrite FILE[,FILE]` say of the barrier before a commit: part of a context or signal.
 * @throws Failure (usage) for a relative path
 */
export function barrierOptions({ flag, value, system }: Invocation): Pick<Context, 'judge' | 'mayOverwrite'> {
  const paths = (value('overwrite') ?? '').split(',').filter(path => path !== '')
  const relative = paths.find(path => !path.startsWith('/'))
  if (relative !== undefined) throw usageFailure(`--overwrite ${relative}: it takes the file's path on the server`)
  const named = new Set(paths)
  return { mayOverwrite: path => named.has(path), ...(system.dryRun && !flag('check') ? { judge: 'never' } : {}) }
}

/** What a command asks for, for the history. */
export function askedBy({ system, value }: Invocation, command: string, args: readonly string[]): Asked {
  return { ...caller(system.env), command, args, comment: value('comment') ?? null }
}
