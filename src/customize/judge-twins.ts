import { join } from 'node:path'
import { Failure, orFailure } from '../base/failure.ts'
import { isObject } from '../base/is-object.ts'
import type { Records } from '../db/record.ts'
import type { Context } from '../plan/context.ts'
import { databaseLoader, makeExpander, makeTrials } from '../plan/expand.ts'
import { textOf } from '../system/read-files.ts'
import type { Read } from '../template/databases.ts'
import { findTemplate, METADATA_FILE } from '../template/tree.ts'
import { variantsOf } from './perl/variants.ts'
import type { Vocabulary } from './perl/vocabulary.ts'
import { withTrial } from './trial.ts'

/** Fragments that are translated together, because they share variables: their texts by their paths. */
export type Group = ReadonlyMap<string, string>

export interface Verdict {
  readonly equal: readonly Group[]
  /** What made a difference. */
  readonly different: ReadonlyMap<Group, string>
  /** How many databases were tried. */
  readonly tried: number
}

type Databases = ReadonlyMap<string, Records>

/** What templates make of databases. */
interface Outcome {
  /** All that is generated; undefined if it is refused. */
  readonly text: string
  readonly reads: readonly Read[]
}

/** Databases that bring something new to light are varied themselves: so many of them. */
const MOST_BASES = 6

/**
 * Compares fragments with their twins: both are expanded over the present databases, and over many in which one thing is different.
 * @param templates all that the fragments have a part in
 * @param most databases that are tried at most
 * @throws Failure (refused) if a template cannot be expanded now
 */
export function judgeTwins(
  context: Context,
  templates: readonly string[],
  groups: readonly Group[],
  words: Vocabulary,
  most: number,
): Verdict {
  const quiet = new Map(templates.map(name => withoutBanner(context, name)))
  const cases = withTrial(context, quiet, trial => [...casesOf(trial, templates, words, most)])
  const firstDifference = (groups: readonly Group[], cases: readonly Case[], from: number) =>
    withTrial(context, new Map([...quiet, ...groups.flatMap(group => [...group])]), trial => {
      const outcomeOf = outcomes(trial, templates)
      const differs = ({ databases, text }: Case) => textOfOutcome(outcomeOf(databases)) !== text
      const found = cases.slice(from).findIndex(differs)
      return found === -1 ? cases.length : from + found
    })
  const different = new Map<Group, string>()
  let left = groups
  for (let at = 0; at < cases.length && left.length > 0; at++) {
    at = firstDifference(left, cases, at)
    const found = cases[at]
    if (found === undefined) break
    const guilty = left.filter(group => firstDifference([group], [found], 0) === 0)
    for (const group of guilty.length > 0 ? guilty : left) different.set(group, found.what)
    left = left.filter(group => !different.has(group))
  }
  return { equal: left, different, tried: cases.length }
}

/** Databases, and what the fragments in Perl make of them. */
interface Case {
  readonly what: string
  readonly databases: Databases
  readonly text: string
}

function* casesOf(context: Context, templates: readonly string[], words: Vocabulary, most: number): Generator<Case> {
  const outcomeOf = outcomes(context, templates)
  const guarded = makeExpander({ ...context, warn: () => undefined })
  // Its failure says no secret.
  for (const name of templates) guarded.expand(name)
  const present = outcomeOf(context.replaced)
  if (present instanceof Failure) throw present
  yield { what: 'the present databases', databases: context.replaced, text: present.text }
  const bases = [{ databases: withRead(context, context.replaced, present.reads), reads: present.reads }]
  const seen = new Set([present.text])
  let count = 0
  for (const base of bases)
    for (const { what, databases } of variantsOf(base.databases, base.reads, words)) {
      if (count++ >= most) return
      const found = outcomeOf(databases)
      const text = textOfOutcome(found)
      yield { what, databases, text }
      if (seen.has(text) || found instanceof Failure || bases.length >= MOST_BASES) continue
      seen.add(text)
      bases.push({ databases: withRead(context, databases, found.reads), reads: found.reads })
    }
}

/** The banner says which fragments are whose. @returns path and text of a template.json of the site without one */
function withoutBanner({ layers, places }: Context, template: string): [path: string, text: string] {
  const files = findTemplate(layers, template)
  const path = `${template.replace(/^\/+/, '')}${files?.single ? '.' : '/'}${METADATA_FILE}`
  const own: unknown = JSON.parse(textOf(join(places.site, 'templates-custom', path)) ?? '{}')
  return [path, JSON.stringify({ ...(isObject(own) ? own : {}), comment: 'none' })]
}

const REFUSED = 'refused'

/** What the templates make of databases: a function that compiles their fragments once. */
function outcomes(context: Context, templates: readonly string[]): (databases: Databases) => Outcome | Failure {
  const expand = makeTrials(context)
  return databases => {
    const outputs = orFailure(() => expand(templates, databases))
    if (outputs instanceof Failure) return outputs
    return {
      text: JSON.stringify(outputs.map(({ path, content, link }) => [path, content, link])),
      reads: outputs.flatMap(({ reads }) => reads),
    }
  }
}

function textOfOutcome(outcome: Outcome | Failure): string {
  return outcome instanceof Failure ? REFUSED : outcome.text
}

/** The databases that were read, as they are or as they were replaced. */
function withRead(context: Context, replaced: Databases, reads: readonly Read[]): Databases {
  const load = databaseLoader({ ...context, replaced })
  const all = new Map(replaced)
  for (const { database } of reads) {
    const records = all.has(database) ? undefined : orFailure(() => load(database))
    if (records !== undefined && !(records instanceof Failure)) all.set(database, records)
  }
  return all
}
