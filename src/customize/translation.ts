import type { Context } from '../plan/context.ts'
import { databaseLoader } from '../plan/expand.ts'
import { readText } from '../system/read-files.ts'
import { perlFragments } from '../template/load.ts'
import { readMetadata } from '../template/metadata.ts'
import { findTemplate, listTemplates } from '../template/tree.ts'
import { type FoundFragment, findFragment } from './find-fragment.ts'
import { type Group, judgeTwins } from './judge-twins.ts'
import type { NewText } from './override-plan.ts'
import { type PerlSource, type Translated, type Twin, translate } from './perl/translate.ts'
import { Untranslatable } from './perl/untranslatable.ts'
import type { Known } from './perl/values.ts'
import { vocabularyOf } from './perl/vocabulary.ts'

/** A fragment that has no twin. */
export interface StaysInPerl {
  readonly fragment: string
  readonly file: string
  /** Undefined: the twin makes something else. */
  readonly line: number | undefined
  readonly why: string
}

export interface Translation {
  readonly twins: readonly NewText[]
  readonly stay: readonly StaysInPerl[]
  /** How many databases gave the same as the fragments in Perl. */
  readonly tried: number
}

/** A template with hundreds of records is a matter of seconds. */
const MOST_DATABASES = 1500

/**
 * Translates the fragments in Perl of a template, and keeps the twins that make the same.
 * @param only the name of one of them; undefined: all
 * @param most databases that are tried at most
 * @throws Failure (refused) if the template cannot be expanded now
 */
export function translateTemplate(
  context: Context,
  { template, whole }: FoundFragment,
  only: string | undefined,
  most = MOST_DATABASES,
): Translation {
  const inPerl = perlFragments(template)
  const sources = inPerl.map(({ name, file }) => ({ name, source: readText(file) }))
  const callers = callersOf(context, template.name)
  const known = knownHere(context, callers.length > 0 || isForItems(context, template.name, whole))
  const twins = translate(sources, known, only)
  const finder = (name: string) => findFragment(context.layers, `/${template.name}`, name)
  const groups = groupsOf(twins, name => finder(name).path)
  const words = vocabularyOf(
    sources.filter(({ name }) => twins.get(name) instanceof Untranslatable === false).map(({ source }) => source),
  )
  const { equal, different, tried } =
    groups.length === 0
      ? { equal: [], different: new Map<Group, string>(), tried: 0 }
      : judgeTwins(context, [whole, ...callers], groups, words, most)
  const texts = new Map(equal.flatMap(group => [...group]))
  const reasons = new Map(
    [...different].flatMap(([group, what]) => [...group.keys()].map(path => [path, what] as const)),
  )
  const wanted = inPerl.filter(({ name }) => only === undefined || name === only)
  return {
    twins: wanted.flatMap(({ name }) => {
      const found = finder(name)
      const text = texts.get(found.path)
      return text === undefined ? [] : [{ found, text }]
    }),
    stay: wanted.flatMap(({ name, file }): StaysInPerl[] => {
      const twin = twins.get(name)
      if (twin instanceof Untranslatable) return [{ fragment: name, file, line: twin.line, why: twin.feature }]
      const what = reasons.get(finder(name).path)
      return what === undefined
        ? []
        : [{ fragment: name, file, line: undefined, why: `the twin makes something else with ${what}` }]
    }),
    tried,
  }
}

/** Fragments that share variables are judged together. */
function groupsOf(twins: ReadonlyMap<string, Twin>, pathOf: (name: string) => string): Group[] {
  const made = [...twins].filter((entry): entry is [string, Translated] => !(entry[1] instanceof Untranslatable))
  const groups: { shares: Set<string>; texts: Map<string, string> }[] = []
  for (const [name, { text, shares }] of made) {
    const together = groups.filter(group => shares.some(one => group.shares.has(one)))
    const group = { shares: new Set(shares), texts: new Map([[pathOf(name), text]]) }
    for (const other of together) {
      groups.splice(groups.indexOf(other), 1)
      for (const one of other.shares) group.shares.add(one)
      for (const [path, its] of other.texts) group.texts.set(path, its)
    }
    groups.push(group)
  }
  return groups.map(({ texts }) => texts)
}

/** Templates whose fragments name this one: they expand it with values of their own. */
function callersOf({ layers }: Context, name: string): string[] {
  const mention = new RegExp(`["'/]${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}["']`)
  return listTemplates(layers)
    .filter(other => other !== name)
    .filter(other => findTemplate(layers, other)?.fragments.some(({ file }) => mention.test(readText(file))))
    .map(other => `/${other}`)
}

function isForItems({ layers }: Context, name: string, whole: string): boolean {
  const { each } = readMetadata(findTemplate(layers, whole)?.metadata ?? [])
  return each !== undefined || whole !== `/${name}`
}

function knownHere(context: Context, hasItem: boolean): Known {
  const configuration = databaseLoader(context)('configuration')
  return {
    hasItem,
    record: name => {
      const record = configuration.get(name)
      if (record !== undefined) return record.properties.size > 0 ? 'properties' : 'value'
      const description = context.descriptions.ofRecord('configuration', name)
      return description && (description.scalar === undefined ? 'properties' : 'value')
    },
  }
}

export type { PerlSource }
