import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure, orFailure, orUndefined } from '../../src/base/failure.ts'
import { findFragment } from '../../src/customize/find-fragment.ts'
import { splitFragment } from '../../src/customize/perl/pieces.ts'
import { type Translation, translateTemplate } from '../../src/customize/translation.ts'
import { type Context, makeContext } from '../../src/plan/context.ts'
import { makeExpander } from '../../src/plan/expand.ts'
import { makeUniqueFolder } from '../../src/system/folder-tree.ts'
import { findPlaces } from '../../src/system/places.ts'
import { readText } from '../../src/system/read-files.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import { perlFragments } from '../../src/template/load.ts'
import { findTemplate } from '../../src/template/tree.ts'
import { type Original, onStage, type Stage } from './stage.ts'
import type { Tree } from './trees.ts'

// `npm run bench:translate FOLDER`: how many fragments of the packages have a twin in JavaScript that makes the same. Those that
// the original cannot expand either do not count.

/** A value and nothing else, perhaps with a default. */
const SUBSTITUTION =
  /^\s*\$(?:\w+|\{\s*['"]?[\w-]+['"]?\s*\})(?:\{\s*['"]?[\w-]+['"]?\s*\})?\s*(?:\|\|\s*(?:'[^']*'|"[^"$@]*"|\d+)\s*)?;?\s*$/

/** Databases that are tried for each template. */
const MOST = Number(process.env.BENCH_DATABASES ?? 300)

/** Without code; with values and nothing else; with control flow. */
type Kind = 'text' | 'plain' | 'code'

const COUNTS = { fragments: 0, identical: 0, notExpanded: 0, different: 0, untranslated: 0 }

/** What became of the fragments of all packages. */
class Result {
  readonly #counts: Record<Kind, typeof COUNTS> = { text: { ...COUNTS }, plain: { ...COUNTS }, code: { ...COUNTS } }
  readonly #reasons = new Map<string, number>()

  note(kind: Kind, what: Exclude<keyof typeof COUNTS, 'fragments'>, said: string, reason?: string): void {
    this.#counts[kind].fragments++
    this.#counts[kind][what]++
    if (what === 'identical') return
    const short = reason?.replace(/ with .*| \S*[$@%].*/, '') ?? what
    this.#reasons.set(short, (this.#reasons.get(short) ?? 0) + 1)
    if (process.env.VERBOSE !== undefined) console.log(`${kind} ${what}: ${said} ${reason ?? ''}`)
  }

  tell(): void {
    for (const [kind, counts] of Object.entries(this.#counts)) console.log(kind, JSON.stringify(counts))
    const most = [...this.#reasons].toSorted(([, a], [, b]) => b - a)
    for (const [reason, count] of most.slice(0, 25)) console.log(count, reason)
  }
}

function measure(stage: Stage): void {
  const result = new Result()
  // One Perl runs them all.
  const site = stage.site(['sme', 'nethserver'])
  for (const tree of stage.trees) {
    const { folders, templates } = stage.enter(tree)
    const originals = stage.originals(tree, '0')
    const places = { ...findPlaces(`${import.meta.dirname}/../..`, {}, '/'), site }
    const above = makeUniqueFolder(join(site, 'above-'))
    const layers = [
      { folder: above, custom: true },
      { folder: `${places.site}/templates-custom`, custom: true },
      ...folders.map(folder => ({ folder, custom: false })),
    ]
    const context = { ...makeContext(places, new RealSystem('/'), () => undefined), layers, replaced: stage.records }
    for (const name of templates) judge(context, name, originals, { stage, tree, above, result })
  }
  result.tell()
}

interface Scene {
  readonly stage: Stage
  readonly tree: Tree
  /** Of a layer above the others. */
  readonly above: string
  readonly result: Result
}

function judge(context: Context, name: string, originals: ReadonlyMap<string, Original>, scene: Scene): void {
  const { stage, tree, result } = scene
  const files = findTemplate(context.layers, name)
  if (files === undefined) return
  const inPerl = orFailure(() => perlFragments(files))
  if (inPerl instanceof Failure) return
  const broken = withoutBroken(context, name, scene)
  const made = inPerl.length === 0 ? undefined : translated(context, name)
  for (const { file, name: fragment } of files.fragments) {
    const original = originals.get(file)
    if (original === undefined || original.failed !== undefined) continue
    const source = readText(file)
    const kind = kindOf(source)
    const said = `${stage.nameOf(tree, file)}`
    if (!inPerl.some(one => one.file === file)) {
      if (kind !== 'text') continue
      result.note(kind, source === original.text ? 'identical' : 'different', said)
      continue
    }
    const why = broken.get(file) ?? (made instanceof Failure ? made.message : undefined)
    const stays = made instanceof Failure ? undefined : made?.stay.find(one => one.fragment === fragment)
    if (why !== undefined) result.note(kind, 'notExpanded', said, why)
    else if (stays === undefined) result.note(kind, 'identical', said)
    else if (stays.line === undefined) result.note(kind, 'different', said, stays.why)
    else result.note(kind, 'untranslated', `${said}:${stays.line}`, stays.why)
  }
}

function translated(context: Context, name: string): Translation | Failure {
  return orFailure(() => {
    const files = findTemplate(context.layers, name)
    const found = findFragment(context.layers, `/${name}`, files?.fragments[0]?.name ?? '')
    return translateTemplate(context, found, undefined, MOST)
  })
}

/** Leaves out what cannot be expanded, so that the other fragments of its template can be judged. @returns why, by file */
function withoutBroken(context: Context, name: string, { above }: Scene): Map<string, string> {
  const broken = new Map<string, string>()
  for (;;) {
    const made = orFailure(() => makeExpander(context).expand(`/${name}`))
    const file = made instanceof Failure ? made.where?.replace(/(:\d+)+$/, '') : undefined
    const found = findTemplate(context.layers, name)?.fragments.find(one => one.file === file)
    if (!(made instanceof Failure) || found === undefined || broken.has(found.file)) return broken
    broken.set(found.file, made.message.split('\n')[0] ?? '')
    const path = join(above, name, found.name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '')
  }
}

function kindOf(source: string): Kind {
  const pieces = orUndefined(() => splitFragment(source))
  if (pieces === undefined) return 'code'
  const programs = pieces.filter(({ isProgram }) => isProgram)
  if (programs.length === 0) return 'text'
  return programs.every(({ text }) => SUBSTITUTION.test(text)) ? 'plain' : 'code'
}

onStage(measure)
