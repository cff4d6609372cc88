import { usageFailure } from '../base/failure.ts'
import type { Invocation } from './command.ts'

/** The files that `--overwrite FILE[,FILE]` names: they are overwritten even though they are sensitive and were edited. */
export function namedToOverwrite({ value }: Pick<Invocation, 'value'>): (path: string) => boolean {
  const paths = (value('overwrite') ?? '').split(',').filter(path => path !== '')
  const relative = paths.find(path => !path.startsWith('/'))
  if (relative !== undefined) throw usageFailure(`--overwrite ${relative}: it takes the file's path on the server`)
  const named = new Set(paths)
  return path => named.has(path)
}
