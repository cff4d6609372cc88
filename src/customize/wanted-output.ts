import { refusal, usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import type { Context } from '../plan/context.ts'
import { makeExpander } from '../plan/expand.ts'
import { readManifest } from '../state/manifest.ts'
import { readPins } from '../state/pins.ts'
import { candidateTemplates } from '../template/candidates.ts'
import type { Output } from '../template/output.ts'
import { findTemplate, listTemplates } from '../template/tree.ts'

/**
 * What should be at a path now. A file that gabarit wrote but no template generates any more has no content.
 * @throws Failure (refused) for a file that gabarit does not generate, or if its template cannot be expanded
 */
export function wantedOutput(context: Context, path: string): Output {
  const { places, layers } = context
  const manifest = readManifest(places)
  const owned = manifest.get(path)
  const expander = makeExpander(context)
  for (const name of candidates(context, path, owned?.template)) {
    const found = expander.expand(`/${name}`).find(output => output.path === path)
    if (found !== undefined) return found
  }
  if (owned !== undefined) {
    const { template, notify = [] } = owned
    const metadata = { notify, delete: false, squeezeBlank: false }
    return { path, template, content: undefined, link: undefined, folders: [], metadata, reads: [] }
  }
  const known = [...manifest.keys(), ...listTemplates(layers).map(name => `/${name}`)]
  throw refusal(`gabarit does not generate ${path}${didYouMean(path, known)}`, {
    hint: 'To list the files that gabarit has written: gabarit managed',
  })
}

/** The template that wrote it and the one of that name; otherwise all that may generate it. */
function candidates({ layers }: Context, path: string, owner: string | undefined): string[] {
  const same = path.slice(1)
  const named = [...new Set([owner ?? same, same])].filter(name => findTemplate(layers, name) !== undefined)
  return owner !== undefined && named.length > 0 ? named : candidateTemplates(path, listTemplates(layers), layers)
}

/**
 * Checks a path on the command line: it must be the path on the server.
 * @throws Failure (usage) for a relative one
 */
export function serverPath(path: string): string {
  if (path.startsWith('/') && path.length > 1) return path
  throw usageFailure(`${path}: give the full path on the server, such as /etc/hosts`)
}

/** @throws Failure (refused) for a pinned file, which must not be overwritten */
export function refusePinned(context: Context, path: string): void {
  const pin = readPins(context.places).get(path)
  if (pin === undefined) return
  throw refusal(`${path} is pinned: ${pin.note}`, { hint: `First: gabarit unpin ${path}` })
}
