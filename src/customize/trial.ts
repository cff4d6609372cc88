import { join } from 'node:path'
import { Failure } from '../base/failure.ts'
import { filesBelow } from '../override/custom-files.ts'
import { type Context, makeContext } from '../plan/context.ts'
import { withTemporaryFiles } from '../system/folder-tree.ts'
import { modulesIn, placesOn } from '../system/places.ts'
import { DryRunSystem } from '../system/real-system.ts'

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
      const layers = context.layers.map(layer => (layer.folder === own ? { ...layer, folder: tried } : layer))
      return naming(own, tried, context, warn => work({ ...context, layers, warn }, tried))
    },
    links,
  )
}

/** Runs a function whose warnings and failures name the real folder instead of the one that stands for it. */
function naming<Result>(
  own: string,
  tried: string,
  { warn }: Context,
  work: (warn: Context['warn']) => Result,
): Result {
  const real = (said: string) => said.replaceAll(tried, own)
  try {
    return work(message => warn(real(message)))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const [where, hint] = [error.where, error.hint].map(said => said && real(said))
    throw new Failure(real(error.message), { status: error.status, where, hint, cause: error })
  }
}

/**
 * As {@link withTrial}, for the site's whole folder: its templates, descriptions, events and modules.
 * @param files by path below the site's folder, undefined for one that is not there; others are as they are
 * @param work receives places whose databases can be changed, without an effect on the real ones
 */
export function withTrialSite<Result>(
  context: Context,
  files: ReadonlyMap<string, { readonly data: Uint8Array } | { readonly link: string } | undefined>,
  work: (trial: Context) => Result,
): Result {
  const { places, system } = context
  const others = filesBelow(places.site).filter(file => !files.has(file))
  const links = new Map(others.map(file => [join(SITE, file), join(places.site, file)]))
  const present = new Map<string, Uint8Array>()
  for (const [path, file] of files)
    if (file === undefined) continue
    else if ('link' in file) links.set(join(SITE, path), file.link)
    else present.set(join(SITE, path), file.data)
  return withTemporaryFiles(
    present,
    folder => {
      const site = join(folder, SITE)
      const own = (module: string) => (module.startsWith(`${places.site}/`) ? [] : [module])
      const modules = [...places.modules.flatMap(own), ...modulesIn(join(site, 'modules'))]
      const overlay = new DryRunSystem(places.root, system.env)
      const trial = placesOn({ ...places, site, modules }, overlay)
      return naming(places.site, site, context, warn => work(makeContext(trial, overlay, warn)))
    },
    links,
  )
}

/** The banner names it. */
const FOLDER = 'templates-custom'

const SITE = 'etc/gabarit'
