import { orUndefined, usageFailure } from '../../base/failure.ts'
import { listOf, text } from '../../base/shape.ts'

const words = listOf(text)

/** The words of a command that a form or an address carries. What may be run, the helper decides. @throws Failure (usage) */
export function wordsIn(json: string): readonly string[] {
  const found = orUndefined(() => words(JSON.parse(json)))
  if (found === undefined) throw usageFailure('this is no command')
  return found
}

/** The words of a command with options behind its name, where nothing can make arguments of them. */
export function withOptions(command: readonly string[], ...options: readonly string[]): string[] {
  return [...command.slice(0, 2), ...options, ...command.slice(2)]
}
