import { compareBytes } from '../base/byte-order.ts'
import { Failure, orFailure, refusal } from '../base/failure.ts'
import type { Context } from '../plan/context.ts'
import { makeExpander } from '../plan/expand.ts'
import type { Plan } from '../plan/plan.ts'
import { planOutputs } from '../plan/planner.ts'
import { Target } from '../plan/target.ts'
import { withTemporaryFiles } from '../system/folder-tree.ts'
import type { Output } from '../template/output.ts'
import { type TracedOutput, traceTemplate } from '../template/trace.ts'
import { listTemplates } from '../template/tree.ts'
import { customFragment, pathInLayer } from './custom-fragment.ts'
import { editedText } from './edited-text.ts'
import { placeEdits } from './place-edits.ts'
import { refusePinned, wantedOutput } from './wanted-output.ts'

/**
 * Turns a manual edit into the site's own fragments: the fragments and the file itself in one plan, so that both change or
 * neither. The result is verified by expanding with these fragments. Below its banner the file must match the edit byte for
 * byte, and every other file must be unchanged.
 * @throws Failure (refused) if the edit does not fit into fragments
 */
export function adoptPlan(context: Context, path: string): Plan {
  refusePinned(context, path)
  const wanted = wantedOutput(context, path)
  const traced = traceOne(context, wanted)
  const edited = editedText(context, path, traced.text)
  if (wanted.metadata.each !== undefined)
    throw impossible(path, [`the template /${wanted.template} generates one such file for each record`], traced)
  const { fragments, problems } = placeEdits(traced, edited)
  if (problems.length > 0) throw impossible(path, problems, traced)
  const output = prove(context, wanted, fragments, withoutBanner(edited, bannerLines(traced)), traced)
  const plan = planOutputs(context, [output], [])
  const target = new Target(context.places, context.system, plan.folders)
  const own = [...fragments].flatMap(
    ([file, text]) => customFragment(context, target, wanted.template, pathInLayer(context.layers, file), text) ?? [],
  )
  return { ...plan, changes: [...own, ...plan.changes], folders: target.folders }
}

function traceOne(context: Context, { path, template }: Pick<Output, 'path' | 'template'>): TracedOutput {
  const traced = traceTemplate(trace => makeExpander(context, trace), `/${template}`).find(
    ({ output }) => output.path === path,
  )
  if (traced?.output.content !== undefined) return traced
  throw refusal(`no template generates ${path} any more, so there is no fragment for the edit`, {
    hint: otherWays(path),
  })
}

/** Expands with the new fragments in a separate layer, before anything is written to the site's. */
function prove(
  context: Context,
  wanted: Output,
  fragments: ReadonlyMap<string, string>,
  body: string,
  before: TracedOutput,
): Output {
  const texts = new Map([...fragments].map(([file, text]) => [pathInLayer(context.layers, file), text]))
  return withTemporaryFiles(texts, folder => {
    const trial = { ...context, layers: [{ folder, custom: true }, ...context.layers], warn: () => undefined }
    const traced = traceOne(trial, wanted)
    const output = makeExpander(trial)
      .expand(`/${wanted.template}`)
      .find(({ path }) => path === wanted.path)
    if (output === undefined || output.content !== traced.text || bodyOf(traced) !== body)
      throw impossible(wanted.path, ['expanding with the new fragments does not produce the edited text'], before)
    const others = differingPaths(allBodies(context), allBodies(trial)).filter(path => path !== wanted.path)
    if (others.length > 0)
      throw impossible(wanted.path, [`the fragments also change other files: ${others.join(', ')}`], before)
    return output
  })
}

/** How many lines the banner has. They do not come from a fragment. */
function bannerLines({ origins }: TracedOutput): number {
  const first = origins.findIndex(origin => origin !== undefined)
  return first === -1 ? 0 : first - 1
}

/** The text below the banner. The banner may differ, because it names custom fragments. */
function bodyOf(traced: TracedOutput): string {
  return withoutBanner(traced.text, bannerLines(traced))
}

function withoutBanner(text: string, count: number): string {
  return text.split('\n').slice(count).join('\n')
}

/** Everything that the templates generate, without banners, by path. A template that cannot be expanded is marked as such. */
function allBodies(context: Context): Map<string, string> {
  const bodies = new Map<string, string>()
  for (const name of listTemplates(context.layers)) {
    const made = orFailure(() => traceTemplate(trace => makeExpander(context, trace), `/${name}`))
    if (made instanceof Failure) bodies.set(`/${name}`, 'cannot be expanded')
    else
      for (const traced of made)
        bodies.set(traced.output.path, traced.output.content === undefined ? 'not made' : `\n${bodyOf(traced)}`)
  }
  return bodies
}

function differingPaths(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter(path => a.get(path) !== b.get(path)).sort(compareBytes)
}

function impossible(path: string, problems: readonly string[], { output, reads, depths }: TracedOutput) {
  const files = [...reads.keys()].filter(file => depths.get(file) === 0)
  const named = problems.flatMap(problem => files.filter(file => problem.includes(`${file}:`)))
  const file = named[0] ?? files[0] ?? ''
  const isOwn = file.includes('/templates-custom/')
  return refusal(
    [`the edit of ${path} cannot be turned into a fragment:`, ...problems.map(line => `  ${line}`)].join('\n'),
    {
      hint: [
        'Nothing was changed. Edit the fragment yourself, then regenerate the file:',
        `gabarit explain ${path}`,
        isOwn ? `The fragment is your own: ${file}` : `gabarit customize /${output.template} ${file.split('/').at(-1)}`,
        `gabarit restore ${path}`,
        otherWays(path),
      ].join('\n'),
    },
  )
}

function otherWays(path: string): string {
  return `Or keep the file as it is: gabarit pin ${path} --note "why"`
}
