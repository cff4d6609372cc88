import { Failure, orFailure } from '../../src/base/failure.ts'
import { findFragment } from '../../src/customize/find-fragment.ts'
import { splitFragment } from '../../src/customize/perl/pieces.ts'
import { translateTemplate } from '../../src/customize/translation.ts'
import { makeContext } from '../../src/plan/context.ts'
import { findPlaces } from '../../src/system/places.ts'
import { readText } from '../../src/system/read-files.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import { perlFragments } from '../../src/template/load.ts'
import { findTemplate } from '../../src/template/tree.ts'
import { onStage, type Stage } from './stage.ts'

// `npm run bench:translate FOLDER`: how many fragments of the packages have a twin in JavaScript that makes the same.

/** A value and nothing else, perhaps with a default. */
const SUBSTITUTION =
  /^\s*\$(?:\w+|\{\s*['"]?[\w-]+['"]?\s*\})(?:\{\s*['"]?[\w-]+['"]?\s*\})?\s*(?:\|\|\s*(?:'[^']*'|"[^"$@]*"|\d+)\s*)?;?\s*$/

/** Databases that are tried for each template. */
const MOST = Number(process.env.BENCH_DATABASES ?? 300)

function measure(stage: Stage): void {
  const counts = { text: 0, plain: 0, plainTwins: 0, code: 0, codeTwins: 0, unjudged: 0 }
  const reasons = new Map<string, number>()
  // One Perl runs them all.
  const site = stage.site(['sme', 'nethserver'])
  for (const tree of stage.trees) {
    const { folders, templates } = stage.enter(tree)
    const places = { ...findPlaces(`${import.meta.dirname}/../..`, {}, '/'), site }
    const custom = { folder: `${places.site}/templates-custom`, custom: true }
    const layers = [custom, ...folders.map(folder => ({ folder, custom: false }))]
    const context = { ...makeContext(places, new RealSystem('/'), () => undefined), layers, replaced: stage.records }
    for (const name of templates) {
      const template = findTemplate(layers, name)
      const inPerl = template === undefined ? new Failure('none') : orFailure(() => perlFragments(template))
      if (template === undefined || inPerl instanceof Failure) continue
      const kinds = new Map(inPerl.map(({ name, file }) => [name, kindOf(readText(file))] as const))
      for (const kind of kinds.values()) counts[kind]++
      const [first] = template.fragments
      if (first === undefined || ![...kinds.values()].some(kind => kind !== 'text')) continue
      const made = orFailure(() =>
        translateTemplate(context, findFragment(layers, `/${name}`, first.name), undefined, MOST),
      )
      if (made instanceof Failure) {
        counts.unjudged += [...kinds.values()].filter(kind => kind !== 'text').length
        console.log(`not judged: ${tree.root} ${name}: ${made.message.split('\n')[0]}`)
        continue
      }
      for (const { found } of made.twins) {
        const kind = kinds.get(found.name)
        if (kind === 'plain') counts.plainTwins++
        if (kind === 'code') counts.codeTwins++
      }
      for (const { fragment, line, why } of made.stay) {
        if (kinds.get(fragment) === 'text') continue
        const reason = why.replace(/ with .*| \S*[$@%].*/, '')
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
        if (process.env.VERBOSE !== undefined)
          console.log(`stays: ${tree.root} ${name}/${fragment}:${line ?? ''} ${why}`)
      }
    }
  }
  console.log(counts)
  for (const [reason, count] of [...reasons].toSorted(([, a], [, b]) => b - a).slice(0, 25)) console.log(count, reason)
}

function kindOf(source: string): 'text' | 'plain' | 'code' {
  const pieces = orFailure(() => splitFragment(source))
  if (pieces instanceof Failure) return 'code'
  const programs = pieces.filter(({ isProgram }) => isProgram)
  if (programs.length === 0) return 'text'
  return programs.every(({ text }) => SUBSTITUTION.test(text)) ? 'plain' : 'code'
}

onStage(measure)
