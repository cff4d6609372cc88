import type { Statement } from './ast.ts'
import { etaSource } from './eta.ts'
import { Evaluator } from './evaluate.ts'
import { js, member } from './js.ts'
import { Names } from './names.ts'
import { code, type Part, text } from './output.ts'
import { type ParsedProgram, parseProgram } from './parser.ts'
import { type PerlPiece, splitFragment } from './pieces.ts'
import { Program } from './program.ts'
import { joined, MAYBE } from './types.ts'
import { type Used, undeclaredIn } from './undeclared.ts'
import { ReadsOutput, Untranslatable } from './untranslatable.ts'
import type { Known } from './values.ts'

/** A fragment in Perl. */
export interface PerlSource {
  readonly name: string
  readonly source: string
}

/** Its twin, or why there is none. */
export type Twin = Translated | Untranslatable

export interface Translated {
  readonly text: string
  /** The variables, `@names`, that it shares with other fragments. */
  readonly shares: readonly string[]
}

/** A fragment whose programs are parsed. */
interface Parsed {
  readonly name: string
  readonly pieces: readonly (ParsedProgram & { readonly piece: PerlPiece })[]
}

const NO_PROGRAM: ParsedProgram = { statements: [], comments: [] }

/** Passes after which nothing more is learned of the variables. */
const PASSES = 6

/**
 * Translates the fragments of one template, which may share variables.
 * @param only the name of one of them: the others stay in Perl
 * @returns by name: the twin, or what has none
 */
export function translate(fragments: readonly PerlSource[], known: Known, only?: string): Map<string, Twin> {
  const parsed = new Map(fragments.map(fragment => [fragment.name, orUntranslatable(() => parse(fragment))]))
  const used = new Map(fragments.map(({ name, source }) => [name, undeclaredIn(source, programsOf(parsed.get(name)))]))
  const shared = sharedNames(used)
  const names = new Names(shared)
  const assigned = new Set([...used.values()].flatMap(one => [...one.assigned]))
  let twins = new Map<string, Twin>()
  for (let pass = 0, before = -1; pass < PASSES && names.known !== before; pass++) {
    before = names.known
    twins = new Map(
      [...parsed].map(([name, one]) => [
        name,
        one instanceof Untranslatable
          ? one
          : orUntranslatable(() => ({
              text: twinOf(one, names, known, assigned),
              shares: [...(used.get(name)?.mentioned ?? [])].filter(each => shared.has(each)),
            })),
      ]),
    )
  }
  for (const name of twins.keys())
    if (only !== undefined && name !== only) twins.set(name, new Untranslatable(1, 'it was not asked for'))
  return withoutStrangers(twins, used, shared)
}

function orUntranslatable<Result>(run: () => Result): Result | Untranslatable {
  try {
    return run()
  } catch (error) {
    if (error instanceof Untranslatable) return error
    throw error
  }
}

function parse({ name, source }: PerlSource): Parsed {
  const pieces = splitFragment(source)
  return {
    name,
    pieces: pieces.map(piece => ({ piece, ...(piece.isProgram ? parseProgram(piece.text, piece.line) : NO_PROGRAM) })),
  }
}

/** Undefined for a fragment that cannot be parsed. */
function programsOf(parsed: Parsed | Untranslatable | undefined): (readonly Statement[])[] | undefined {
  return parsed === undefined || parsed instanceof Untranslatable
    ? undefined
    : parsed.pieces.map(({ statements }) => statements)
}

function twinOf({ name, pieces }: Parsed, names: Names, known: Known, assigned: ReadonlySet<string>): string {
  names.begin()
  const values = new Evaluator(names, known, name, assigned)
  const parts: Part[] = []
  for (const [index, { piece, statements, comments }] of pieces.entries()) {
    if (!piece.isProgram) {
      parts.push(...text(piece.text))
      continue
    }
    const rest = pieces.slice(index + 1)
    const after = rest.some(one => one.piece.isProgram) ? undefined : rest.map(one => one.piece.text).join('')
    // In a line of text, they would stand in its middle.
    const told = piece.text.includes('\n') ? comments : []
    const usesGroups = /"name":"[1-9]"/.test(JSON.stringify(statements))
    const run = (inVariable: boolean) =>
      names.within(
        () => new Program(values, { after, inVariable, usesGroups, comments: told }).parts(statements),
        false,
      )
    values.groups = undefined
    parts.push(...orInVariable(run))
  }
  const made = etaSource([...hoisted(values, names), ...parts])
  // Text with braces alone would be taken for Perl.
  const isBare = !made.includes('<%') && /[{}]/.test(made)
  return isBare ? `<%/* text */%>\n${made}` : made
}

/** With $OUT in a variable, if something asks for it. */
function orInVariable(run: (inVariable: boolean) => Part[]): Part[] {
  try {
    return run(false)
  } catch (error) {
    if (!(error instanceof ReadsOutput)) throw error
    return run(true)
  }
}

/** Variables of the fragment that are not declared where they get their first value. */
function hoisted(values: Evaluator, names: Names): Part[] {
  return names
    .ofFragment()
    .filter(({ code, type }) => values.touched.has(code) && !values.declaredHere.has(code) && type.is !== 'database')
    .map(named => {
      const { code: name, sigil, type } = named
      if (sigil !== '$') return code(`let ${name} = ${sigil === '@' ? '[]' : 'new Map()'}`)
      // It begins with the value of the item.
      const isOfItem = values.known.hasItem && joined(type, MAYBE) !== undefined
      if (isOfItem) names.learn(named, MAYBE, 1)
      return code(isOfItem ? `let ${name} = ${member(js('item', MAYBE), named.name, true)}` : `let ${name}`)
    })
}

/** Names that one fragment gives a value and another one mentions. */
function sharedNames(used: ReadonlyMap<string, Used>): Set<string> {
  const shared = new Set<string>()
  for (const [fragment, { assigned }] of used)
    for (const name of assigned)
      if ([...used].some(([other, { mentioned }]) => other !== fragment && mentioned.has(name))) shared.add(name)
  return shared
}

/** Fragments that share a variable with one that stays in Perl stay, too. */
function withoutStrangers(
  twins: ReadonlyMap<string, Twin>,
  used: ReadonlyMap<string, Used>,
  shared: ReadonlySet<string>,
): Map<string, Twin> {
  const kept = new Map(twins)
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false
    for (const [name, twin] of kept) {
      if (twin instanceof Untranslatable) continue
      for (const one of used.get(name)?.mentioned ?? []) {
        if (!shared.has(one)) continue
        const other = [...kept].find(
          ([stranger, stays]) =>
            stranger !== name && stays instanceof Untranslatable && used.get(stranger)?.mentioned.has(one),
        )
        if (other === undefined) continue
        kept.set(name, new Untranslatable(1, `${one}, which ${other[0]} uses, too, and that stays in Perl`))
        hasChanged = true
        break
      }
    }
  }
  return kept
}
