import { usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import type { Command } from './command.ts'

/** A command that does nothing itself: its first argument says which of its verbs is meant. */
export function withVerbs(name: string, summary: string, verbs: readonly Command[]): Command {
  return {
    name,
    summary,
    usage: 'VERB [ARGUMENT...]',
    arity: [0, Number.POSITIVE_INFINITY],
    options: [],
    examples: verbs.flatMap(({ examples }) => examples.slice(0, 1)),
    verbs,
    run: async ({ args }) => whichVerb(`gabarit ${name}`, args[0], verbs),
  }
}

/**
 * What is said when none of the verbs was given.
 * @throws Failure (usage)
 */
function whichVerb(program: string, word: string | undefined, verbs: readonly Command[]): never {
  const names = verbs.map(({ name }) => name)
  const hint = `Verbs: ${names.join(' ')}\n${program} VERB --help tells more.`
  if (word === undefined) throw usageFailure(`which verb? ${program} VERB`, hint)
  throw usageFailure(`${program} has no verb "${word}"${didYouMean(word, names)}`, hint)
}
