import { Failure, orFailure, refusal } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { readMetadata } from './metadata.ts'
import { findTemplate, type Layer } from './tree.ts'

/** Names of the templates that may generate a path: the one of that name first, then those that move their output elsewhere. */
export function candidateTemplates(path: string, names: readonly string[], layers: readonly Layer[]): string[] {
  const same = findTemplate(layers, path)?.name
  const moved = names.filter(name => name !== same && movesItsOutput(name, layers))
  return same === undefined ? moved : [same, ...moved]
}

/** Whether a template's metadata names another path than its own. */
function movesItsOutput(name: string, layers: readonly Layer[]): boolean {
  const files = findTemplate(layers, name)
  return files !== undefined && readMetadata(files.metadata).output !== undefined
}

/**
 * What the first template that generates a path makes of it, whatever is wrong with the others.
 * @param look what the template of that name makes of the path; undefined: it does not generate it
 * @throws Failure (refused) if none generates it, with what is wrong with one that perhaps does
 */
export function firstGenerating<Made>(
  path: string,
  names: readonly string[],
  layers: readonly Layer[],
  look: (name: string) => Made | undefined,
  hint?: string,
): Made {
  let failed: Failure | undefined
  for (const name of candidateTemplates(path, names, layers)) {
    const found = orFailure(() => look(name))
    if (found instanceof Failure && `/${name}` === path) throw found
    if (found instanceof Failure) failed ??= found
    else if (found !== undefined) return found
  }
  const paths = names.map(name => `/${name}`)
  throw refusal(`no template generates ${path}${didYouMean(path, paths)}`, { hint: failed?.describe() ?? hint })
}
