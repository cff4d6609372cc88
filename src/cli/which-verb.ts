import { usageFailure } from '../system/failure.ts'
import { didYouMean } from '../system/nearest.ts'
import type { Command } from './command.ts'

/**
 * What a command with verbs says when it is given none that it has.
 * @throws Failure (usage)
 */
export function whichVerb(program: string, word: string | undefined, verbs: readonly Command[]): never {
  const names = verbs.map(({ name }) => name)
  const hint = `Verbs: ${names.join(' ')}\n${program} VERB --help tells more.`
  if (word === undefined) throw usageFailure(`which verb? ${program} VERB`, hint)
  throw usageFailure(`${program} has no verb "${word}"${didYouMean(word, names)}`, hint)
}
