import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Failure, orFailure, refusal } from '../base/failure.ts'
import { knownTemplates } from '../event/survey.ts'
import type { Context } from '../plan/context.ts'
import { markDerived } from '../plan/derived.ts'
import { makeExpander } from '../plan/expand.ts'
import type { Change, Plan } from '../plan/plan.ts'
import { planOutputs } from '../plan/planner.ts'
import { Target } from '../plan/target.ts'
import { compileFragment } from '../template/fragment.ts'
import { ReadsLint } from '../template/lint-reads.ts'
import { readMetadata } from '../template/metadata.ts'
import type { Output } from '../template/output.ts'
import { findTemplate, refuseUnsafeTemplate } from '../template/tree.ts'
import { customFragment, removedFragment } from './custom-fragment.ts'
import type { FoundFragment } from './find-fragment.ts'
import { hasMarks } from './three-way.ts'
import { withTrial } from './trial.ts'

/** The text that a fragment of the site shall have; undefined: the shipped fragment is in effect again. */
export interface NewText {
  readonly found: FoundFragment
  readonly text: string | undefined
}

/**
 * Gives fragments of the site other texts, or removes them: the fragments and all files that change with them in one plan, so that
 * all change or none. Other pending changes of these files are in it too; those of other files are not.
 * @throws Failure (refused) if a template cannot be expanded any more
 */
export function overridePlan(context: Context, texts: readonly NewText[]): Plan {
  for (const { found, text } of texts) {
    refuseUnsafeTemplate(context.layers, found.template)
    if (text !== undefined && hasMarks(text)) throw refusal('the text still contains conflict markers')
  }
  const before = expandKnown(context)
  const trial = new Map(texts.map(({ found, text }) => [found.path, text]))
  const changed = withTrial(context, trial, (trial, folder) => {
    for (const { found, text } of texts) if (text !== undefined) lint(trial, found, join(folder, found.path))
    return changedOutputs(trial, before)
  })
  const outputs = [...changed.values()].flat()
  const plan = planOutputs(context, outputs, [...changed.keys()])
  const target = new Target(context.places, context.system, plan.folders)
  const own = texts.flatMap(({ found: { template, path }, text }): Change[] => {
    if (text === undefined) return [removedFragment(context, target, template.name, path)]
    return [customFragment(context, target, template.name, path, text) ?? []].flat()
  })
  return { ...plan, changes: [...own, ...plan.changes], folders: target.folders }
}

/** Compiles a fragment, also if no event expands its template, and warns of what it reads that nobody knows. */
function lint({ places, layers, warn }: Context, { whole }: FoundFragment, file: string): void {
  const { language } = readMetadata(findTemplate(layers, whole)?.metadata ?? [])
  compileFragment(file, { language })
  for (const { message } of new ReadsLint(places).of(file)) warn(message)
}

/** What the templates generate that events know, by their names. */
function expandKnown(context: Context): ReadonlyMap<string, readonly Output[] | Failure> {
  const expander = makeExpander({ ...context, warn: () => undefined })
  const { names, gone } = knownTemplates(context)
  const expanded = new Map<string, readonly Output[] | Failure>(gone.map(name => [name, []]))
  for (const name of names)
    expanded.set(
      name,
      orFailure(() => expander.expand(`/${name}`)),
    )
  return expanded
}

/** The templates that generate something else than before. One that could not be expanded before is not the fault of this change. */
function changedOutputs(trial: Context, before: ReadonlyMap<string, readonly Output[] | Failure>) {
  const changed = new Map<string, readonly Output[]>()
  for (const [name, outputs] of expandKnown(trial)) {
    const old = before.get(name)
    if (outputs instanceof Failure) {
      if (!(old instanceof Failure) || old.message !== outputs.message) throw outputs
    } else if (old === undefined || old instanceof Failure || !isDeepStrictEqual(outputs.map(made), old.map(made)))
      changed.set(name, markDerived(trial, outputs, makeExpander))
  }
  return changed
}

/** What an output is, without how it came about. */
function made({ path, content, link, folders, metadata }: Output): object {
  return { path, content, link, folders, metadata }
}
