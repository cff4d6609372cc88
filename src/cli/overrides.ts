import { EXIT, Failure, orFailure, refusal, usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { keepOverride, mergeOverride } from '../customize/merge.ts'
import { overrideNames } from '../override/custom-files.ts'
import { findOverrides } from '../override/state.ts'
import { searchList } from '../template/tree.ts'
import type { Invocation } from '../terminal/command.ts'
import {
  listAsData,
  listAsText,
  mergeAsData,
  mergeAsText,
  type NamedOverride,
  shippedDiff,
  type TriedMerge,
} from './show-overrides.ts'

/** `gabarit overrides [diff|merge|keep [TEMPLATE FRAGMENT]]` */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flag, places, system, answer } = invocation
  const layers = searchList(places)
  const nameOf = overrideNames(layers)
  const named = findOverrides(places, layers).map(override => ({ ...override, name: nameOf(override) }))
  const [verb, ...words] = args
  if (flag('dry-run') && verb !== 'merge') throw usageFailure('--dry-run is for merge only')
  switch (verb) {
    case undefined:
      return answer(listAsData(named, places), listAsText(named, places))
    case 'merge':
      return merge(
        words.length === 0 ? named.filter(({ state }) => state === 'stale') : [pick(named, words)],
        invocation,
      )
    case 'diff': {
      const shown = await shippedDiff(pick(named, words), invocation)
      return answer({ diff: shown }, shown || 'no difference')
    }
    case 'keep': {
      const override = pick(named, words)
      keepOverride(places, system, override)
      return answer({ kept: override.id }, `${override.file}: kept as it is`)
    }
    default:
      throw usageFailure(
        `unknown subcommand "${verb}" of gabarit overrides${didYouMean(verb, VERBS)}`,
        `Subcommands: ${VERBS.join(' ')}`,
      )
  }
}

const VERBS = ['diff', 'merge', 'keep']

function pick(overrides: readonly NamedOverride[], words: readonly string[]): NamedOverride {
  const [template = '', fragment = ''] = words
  if (words.length !== 2) throw usageFailure('missing override', 'Name it by template and fragment: /etc/hosts 30Hosts')
  const wanted = `${template.replace(/\/+$/, '')} ${fragment}`
  const found = overrides.find(({ name }) => name.join(' ') === wanted)
  if (found !== undefined) return found
  const names = overrides.map(({ name }) => name.join(' '))
  throw refusal(`the site has no override ${wanted}${didYouMean(wanted, names)}`, {
    hint: names.length === 0 ? 'It has no overrides.' : `Overrides:\n${names.join('\n')}`,
  })
}

/** Merges each separately: one that cannot be merged does not stop the others. */
function merge(overrides: readonly NamedOverride[], invocation: Invocation): number {
  const { flag, places, system, print, printError } = invocation
  const results = overrides.map(override => ({
    override,
    result: orFailure(() => mergeOverride(places, system, override)),
  }))
  if (flag('json')) print(JSON.stringify(results.map(mergeAsData), null, 2))
  else if (results.length === 0) print('no override is stale')
  else for (const one of results) (isFinished(one) ? print : printError)(mergeAsText(one, invocation))
  return results.every(isFinished) ? EXIT.done : EXIT.failed
}

function isFinished({ result }: TriedMerge): boolean {
  return !(result instanceof Failure) && result.outcome !== 'needs you'
}
