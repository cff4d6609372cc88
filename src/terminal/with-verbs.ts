import { usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import type { Command } from './command.ts'

/** A command that does nothing itself: its first argument selects a subcommand. */
export function withVerbs(name: string, summary: string, verbs: readonly Command[]): Command {
  return {
    name,
    summary,
    usage: 'SUBCOMMAND [ARGUMENT...]',
    arity: [0, Number.POSITIVE_INFINITY],
    examples: verbs.flatMap(({ examples }) => examples.slice(0, 1)),
    verbs,
    run: async ({ args }) => whichVerb(`gabarit ${name}`, args[0], verbs),
  }
}

/**
 * The failure for a missing or unknown subcommand.
 * @throws Failure (usage)
 */
function whichVerb(program: string, word: string | undefined, verbs: readonly Command[]): never {
  const names = verbs.map(({ name }) => name)
  const hint = `Subcommands: ${names.join(' ')}\nFor details, run ${program} SUBCOMMAND --help.`
  if (word === undefined) throw usageFailure(`missing subcommand: ${program} SUBCOMMAND`, hint)
  throw usageFailure(`unknown subcommand "${word}" of ${program}${didYouMean(word, names)}`, hint)
}
