import { compareBytes } from '../base/byte-order.ts'
import { Failure } from '../base/failure.ts'
import type { Context } from '../plan/context.ts'
import { makeExpander } from '../plan/expand.ts'
import { type TracedOutput, traceTemplate } from '../template/trace.ts'
import { listTemplates } from '../template/tree.ts'

/** How many lines the banner has. They do not come from a fragment. */
export function bannerLines({ origins }: TracedOutput): number {
  const first = origins.findIndex(origin => origin !== undefined)
  return first === -1 ? 0 : first - 1
}

/** The text below the banner. The banner may differ, because it names custom fragments. */
export function bodyOf(traced: TracedOutput): string {
  return withoutBanner(traced.text, bannerLines(traced))
}

/** A text without its first lines. */
export function withoutBanner(text: string, count: number): string {
  return text.split('\n').slice(count).join('\n')
}

/** Everything that the templates generate, without banners, by path. A template that cannot be expanded is marked as such. */
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

/** The paths whose bodies differ between two sets. */
export function differingPaths(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter(path => a.get(path) !== b.get(path)).sort(compareBytes)
}
