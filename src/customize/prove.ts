import { compareBytes } from '../base/byte-order.ts'
import { Failure } from '../base/failure.ts'
import type { Context } from '../plan/context.ts'
import { makeExpander } from '../plan/run.ts'
import { type TracedOutput, traceTemplate } from '../template/trace.ts'
import { listTemplates } from '../template/tree.ts'

/** How many lines the banner has: they come from no fragment. */
export function bannerLines({ origins }: TracedOutput): number {
  const first = origins.findIndex(origin => origin !== undefined)
  return first === -1 ? 0 : first - 1
}

/** The text below the banner, which names custom fragments and so differs by right. */
export function bodyOf(traced: TracedOutput): string {
  return withoutBanner(traced.text, bannerLines(traced))
}

/** A text without its first lines. */
export function withoutBanner(text: string, count: number): string {
  return text.split('\n').slice(count).join('\n')
}

/** Everything that the templates make, below the banners, by path; a template that cannot be expanded is noted as such. */
export function allBodies(context: Context): Map<string, string> {
  const bodies = new Map<string, string>()
  for (const name of listTemplates(context.layers)) {
    try {
      for (const traced of traceTemplate(trace => makeExpander(context, trace), `/${name}`))
        bodies.set(traced.output.path, traced.output.content === undefined ? 'not made' : `\n${bodyOf(traced)}`)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      bodies.set(`/${name}`, 'cannot be expanded')
    }
  }
  return bodies
}

/** The paths in which two sets of bodies differ. */
export function differingPaths(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter(path => a.get(path) !== b.get(path)).sort(compareBytes)
}
