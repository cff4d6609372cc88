import { orUndefined, usageFailure } from '../../base/failure.ts'
import { listOf, text } from '../../base/shape.ts'

const words = listOf(text)

/** The words of a command that a form or an address carries. What may be run, the helper decides. @throws Failure (usage) */
export function wordsIn(json: string): readonly string[] {
  const found = orUndefined(() => words(JSON.parse(json)))
  if (found === undefined) throw usageFailure('this is no command')
  return found
}

/** Options that only say how a plan is carried out. */
const HOW = /^--(json-lines$|plan$|comment=|confirm-within=)/

/** The words of which a plan can be shown again; undefined if the command carries out none. */
export function plannedWords(command: readonly string[]): string[] | undefined {
  const [program, name, ...rest] = command
  // What a fragment would be stands in its form.
  if (program !== 'gabarit' || name === undefined || name === 'fragment' || !rest.includes('--plan')) return undefined
  return [program, name, ...rest.filter((word, at) => !HOW.test(word) && rest[at - 1] !== '--plan')]
}

/** The words of a command with options behind its name, where nothing can make arguments of them. */
export function withOptions(command: readonly string[], ...options: readonly string[]): string[] {
  return [...command.slice(0, 2), ...options, ...command.slice(2)]
}
