import { cached } from '../base/cached.ts'
import { Failure, orFailure, refusal, unchanged } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { describeDatabase, describedDatabases } from '../db/describe.ts'
import type { Records } from '../db/record.ts'
import { readDatabase } from '../db/store.ts'
import { staleOverrides } from '../override/stale.ts'
import { readManifest } from '../state/manifest.ts'
import { perlChild } from '../system/perl-child.ts'
import { below, databaseFile } from '../system/places.ts'
import { Databases, type LoadDatabase, UnknownDatabase } from '../template/databases.ts'
import { Expander, type ExpanderOptions } from '../template/expand.ts'
import type { Output } from '../template/output.ts'
import type { Recall } from '../template/recall.ts'
import type { Trace } from '../template/renderer.ts'
import type { FragmentWorld } from '../template/scope.ts'
import { findTemplate } from '../template/tree.ts'
import type { Context } from './context.ts'
import { markDerived } from './derived.ts'
import { fact } from './facts.ts'
import { invalidValues } from './invalid-values.ts'
import { safeWords } from './words.ts'

/** Loads databases for fragments: one without a file is empty if it is described, and unknown otherwise. */
export function databaseLoader({ places, replaced }: Pick<Context, 'places' | 'replaced'>): LoadDatabase {
  return name => {
    const records = replaced.get(name) ?? readDatabase(databaseFile(places, name))
    if (records !== undefined) return records
    if (describeDatabase(places, name) !== undefined) return new Map()
    throw new UnknownDatabase(`there is no database "${name}"${didYouMean(name, describedDatabases(places))}`)
  }
}

/** An expander that uses the current databases, and says no secret. */
export function makeExpander(context: Context, trace?: Trace, recall?: Recall): Expander {
  const { warn, guard } = safeWords(context, plainExpander)
  return plainExpander({ ...context, warn }, { trace, guard, recall })
}

function plainExpander(context: Context, more: Pick<ExpanderOptions, 'trace' | 'guard' | 'recall'> = {}): Expander {
  const databases = new Databases(databaseLoader(context))
  return new Expander({ layers: context.layers, databases, world: fragmentWorld(context), ...more })
}

/**
 * Expands templates for one set of databases after the other; fragments are compiled once. Its failures may say secrets.
 * @returns a function that throws a Failure (refused)
 */
export function makeTrials(
  context: Context,
): (templates: readonly string[], replaced: ReadonlyMap<string, Records>) => Output[] {
  let { replaced } = context
  const databases = new Databases(name => databaseLoader({ places: context.places, replaced })(name))
  const world = fragmentWorld({ ...context, warn: () => undefined })
  const expander = new Expander({ layers: context.layers, databases, world })
  return (templates, others) => {
    replaced = others
    databases.reload()
    return templates.flatMap(name => expander.expand(name))
  }
}

function fragmentWorld({ places, system, event, warn, made }: Context): FragmentWorld {
  // Asked once: some start a program, and all fragments shall hear the same.
  const facts = new Map<string, string | undefined>()
  const texts = new Map<string, { readonly text: string | undefined }>()
  const existing = new Map<string, boolean>()
  const textOf = (path: string) => {
    const real = below(places, path)
    const kind = system.state(system.realPath(real) ?? real)?.kind
    if (kind === undefined) return undefined
    if (kind === 'link') throw new TypeError(`${path} is a link to something that does not exist`)
    // Nobody may ever write into a pipe, and a device may have no end.
    if (kind !== 'file') throw new TypeError(`${path} is not a file`)
    return system.read(real).toString('utf8')
  }
  /** A link to nothing is nothing. */
  const isThere = (real: string) => {
    const kind = system.state(real)?.kind
    return kind !== undefined && (kind !== 'link' || system.realPath(real) !== undefined)
  }
  return {
    readFile: path => cached(texts, path, () => ({ text: textOf(path) })).text,
    exists: path => cached(existing, path, () => made?.has(path) === true || isThere(below(places, path))),
    fact: name => cached(facts, name, () => fact(name, places)),
    perl: () => perlChild(places, warn),
    warn,
    event,
  }
}

/**
 * Expands templates, all or none.
 * @param recall what outputs need not be made again; default: all are made
 * @param done what was done before, and stays, for the failure
 * @throws Failure (refused) that lists every invalid value and every template that cannot be expanded, not only the first
 */
export function expandAll(
  context: Context,
  templates: readonly string[],
  recall?: Recall,
  done: readonly string[] = [],
): Output[] {
  for (const message of staleOverrides(context.places, context.layers, templates)) context.warn(message)
  const expander = makeExpander(context, undefined, recall)
  const [expanded, values] = expander.limited(() => [
    templates.map(name => orFailure(() => expander.expand(name))),
    invalidValues(context),
  ])
  const failures = expanded.filter(made => made instanceof Failure)
  const outputs = expanded.flatMap(made => (made instanceof Failure ? [] : made))
  const [first, ...others] = failures
  if (first === undefined && values.length === 0) return markDerived(context, outputs, makeExpander)
  if (first !== undefined && others.length + values.length === 0) throw unchanged(first, done)
  const problems = [...values, ...failures.map(failure => failure.describe())]
  throw unchanged(refusal([...new Set(problems)].join('\n')), done)
}

/** Names of the templates that generated files before and no longer exist: their files are leftovers. */
export function goneTemplates({ places, layers }: Context): string[] {
  const owners = new Set([...readManifest(places).values()].map(({ template }) => template))
  return [...owners].filter(name => findTemplate(layers, name) === undefined)
}
