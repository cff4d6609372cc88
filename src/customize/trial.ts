import { join } from 'node:path'
import { Failure } from '../base/failure.ts'
import { filesBelow } from '../override/custom-files.ts'
import type { Context } from '../plan/context.ts'
import { withTemporaryFiles } from '../system/folder-tree.ts'

/**
 * Runs a function as if files of the site's templates-custom had other texts, or did not exist. What is said and thrown names the
 * real files.
 * @param texts by path below templates-custom; undefined: there is no such file
 * @param work receives the folder that stands for templates-custom
 */
export function withTrial<Result>(
  context: Context,
  texts: ReadonlyMap<string, string | undefined>,
  work: (trial: Context, folder: string) => Result,
): Result {
  const own = join(context.places.site, FOLDER)
  const others = filesBelow(own).filter(file => !texts.has(file))
  // As links: what others can write is refused in its place.
  const links = new Map(others.map(file => [join(FOLDER, file), join(own, file)]))
  const present = [...texts].flatMap(([path, text]) =>
    text === undefined ? [] : [[join(FOLDER, path), text] as const],
  )
  return withTemporaryFiles(
    new Map(present),
    folder => {
      const tried = join(folder, FOLDER)
      const real = (said: string) => said.replaceAll(tried, own)
      const layers = context.layers.map(layer => (layer.folder === own ? { ...layer, folder: tried } : layer))
      try {
        return work({ ...context, layers, warn: message => context.warn(real(message)) }, tried)
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        const [where, hint] = [error.where, error.hint].map(said => said && real(said))
        throw new Failure(real(error.message), { status: error.status, where, hint, cause: error })
      }
    },
    links,
  )
}

/** The banner names it. */
const FOLDER = 'templates-custom'
