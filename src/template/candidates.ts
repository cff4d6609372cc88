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
