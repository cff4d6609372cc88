import { join } from 'node:path'
import { Failure } from '../base/failure.ts'
import { filesBelow } from '../override/custom-files.ts'
import type { Context } from '../plan/context.ts'
import { withTemporaryFiles } from '../system/folder-tree.ts'

/**
 * Runs a function as if the site's templates-custom had another text for one of its files, or had not that file. What is said
 * and thrown names the real files.
 * @param path of the file, below templates-custom
 */
export function withTrial<Result>(
  context: Context,
  path: string,
  text: string | undefined,
  work: (trial: Context, file: string) => Result,
): Result {
  const own = join(context.places.site, FOLDER)
  const others = filesBelow(own).filter(file => file !== path)
  // As links: what others can write is refused in its place.
  const links = new Map(others.map(file => [join(FOLDER, file), join(own, file)]))
  const texts = new Map(text === undefined ? [] : [[join(FOLDER, path), text]])
  return withTemporaryFiles(
    texts,
    folder => {
      const tried = join(folder, FOLDER)
      const real = (said: string) => said.replaceAll(tried, own)
      const layers = context.layers.map(layer => (layer.folder === own ? { ...layer, folder: tried } : layer))
      try {
        return work({ ...context, layers, warn: message => context.warn(real(message)) }, join(tried, path))
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
