import { types } from 'node:util'
import { compileFunction } from 'node:vm'
import { Failure, messageOf, refusal } from '../base/failure.ts'
import { readBytes } from '../system/read-files.ts'
import { refuseWritableByOthers } from '../system/trust.ts'
import { refuseAsyncCode } from './async-code.ts'
import { type GeneratedCode, generate, sourcePosition, strayClosing } from './generate.ts'
import type { Metadata } from './metadata.ts'
import { applyLineRules } from './newline-rules.ts'
import { isPerl } from './perl.ts'
import type { PerlBridge } from './perl-bridge.ts'
import { type Position, refusalAt } from './position.ts'
import type { Printer } from './printer.ts'
import { fragmentRealm } from './realm.ts'
import { SCOPE_NAMES, type Scope } from './scope.ts'
import { syntaxError } from './syntax-error.ts'
import { parsePieces } from './tags.ts'
import { Unfit } from './unfit.ts'

/** Takes what changes from call to call; everything else a fragment sees is bound once. */
export type Render = ($: Printer, item: unknown, vars: unknown, template: unknown, target: unknown) => unknown

export interface Fragment {
  readonly file: string
  readonly source: string
  /** Plain text without tags: nothing to run. */
  readonly text: string | undefined
  /** Its source mentions `vars`. */
  readonly usesVars: boolean
  /** Its source mentions `item`. */
  readonly usesItem: boolean
  /** Its source mentions `event`. */
  readonly usesEvent: boolean
  /** Its source mentions something that can differ from run to run: the time, chance, the language of the user. */
  readonly varies: boolean
  /** It is in Perl, so it runs in a program of its own. */
  readonly isPerl: boolean
  readonly bind: (scope: Scope, perl: PerlBridge) => Render
}

/** Generated code by file name, to map a stack back to the source. */
const compiled = new Map<string, GeneratedCode & { readonly source: string }>()

/** How a fragment is compiled. */
export interface CompileOptions {
  /** Marks the output with fragment and line, for `explain`. */
  readonly traceId?: number | undefined
  /** What its `template.json` says that text without tags is. */
  readonly language?: Metadata['language']
}

/**
 * Reads and compiles a fragment. Fragments are trusted code, so one that is writable by anyone but root and the invoking user
 * is refused.
 * @throws Failure (refused) with `fragment:line:column` if it does not parse
 */
export function compileFragment(file: string, options: CompileOptions = {}): Fragment {
  refuseWritableByOthers(file, 'this fragment', 'fragments run as the user who expands them')
  return compileSource(file, readBytes(file), options)
}

/** As {@link compileFragment}, from what the file holds or will hold. */
export function compileSource(file: string, bytes: Buffer, { traceId, language }: CompileOptions = {}): Fragment {
  const source = bytes.toString('utf8')
  if (source.includes('\ufffd') && !Buffer.from(source, 'utf8').equals(bytes))
    throw refusal('this fragment is not valid UTF-8', { where: file, hint: 'Convert it: iconv -f latin1 -t utf8' })
  const hasTags = isTagged(source)
  if (!hasTags && language !== 'text' && (language === 'perl' || isPerl(source)))
    return {
      file,
      source,
      text: undefined,
      ...PLAIN,
      usesVars: true,
      isPerl: true,
      bind: perlOf(file, source, traceId),
    }
  if (!hasTags && traceId === undefined) return { file, source, text: source, ...PLAIN, bind: () => () => undefined }
  const pieces = applyLineRules(parsePieces(source, file), source)
  refuseAsyncCode(pieces, source, file)
  const generated = generate(pieces, source, traceId)
  compiled.set(file, { ...generated, source })
  const mentions = (word: RegExp) => word.test(source)
  const uses = { usesVars: mentions(/\bvars\b/), usesItem: mentions(/\bitem\b/), usesEvent: mentions(/\bevent\b/) }
  const made = { file, source, text: undefined, isPerl: false }
  return { ...made, ...uses, varies: mentions(VARIES), bind: compile(file, generated.code) }
}

/** Whether a source has tags. In Perl, `<%` may stand in its text; a tag ends. */
function isTagged(source: string): boolean {
  return source.includes('<%') && (source.includes('%>') || !isPerl(source))
}

const PLAIN = { usesVars: false, usesItem: false, usesEvent: false, varies: false, isPerl: false }
/** `Math.max` is always the same, `Math.random` and `const { random } = Math` are not. */
const VARIES = /\b(?:Date|Intl)\b|[lL]ocale|\bMath\b(?!\.(?!random\b))/

function compile(file: string, code: string): (scope: Scope) => Render {
  try {
    const parsingContext = fragmentRealm()
    const outer = compileFunction(code, [...SCOPE_NAMES, 'globalThis'], { filename: file, parsingContext })
    return scope => outer(...SCOPE_NAMES.map(name => scope[name]), NO_GLOBALS)
  } catch (error) {
    throw syntaxFailure(error, file)
  }
}

/** All fragments of one expansion share their variables, and `vars` is theirs. */
function perlOf(file: string, source: string, traceId: number | undefined): Fragment['bind'] {
  return (_, perl) => (printer, item, vars, template) => {
    const subTemplate = template as (path: string, item: object) => string
    printer.add(perl.run({ file, source, traceId }, { item, expansion: vars as object, subTemplate }))
  }
}

/** The object of the globals cannot be frozen itself. */
const NO_GLOBALS = Object.freeze({})

/**
 * Turns whatever a fragment threw into a {@link Failure} with the innermost place in a fragment and the lines around it. What
 * `fail()` says comes first: the record is wrong, not the fragment.
 * @param file the fragment that ran, in case the stack names none
 * @param advice what to do about it, in case the error itself does not say
 */
export function fragmentFailure(error: unknown, file: string, advice?: string): Failure {
  if (error instanceof Failure && error.where !== undefined) return error
  if (!isError(error))
    return refusal(`this fragment threw ${shown(error)}, which is not an Error and so has no line number`, {
      where: file,
      hint: "Throw an Error: fail('…') or throw new Error('…')",
    })
  const hint = hintOf(error) ?? advice
  const options = { cause: error, hint }
  const frame = firstFragmentFrame(error)
  const inside = frame && compiled.get(frame.file)
  if (frame === undefined || inside === undefined) return refusal(error.message, { where: file, ...options })
  const place = sourcePosition(inside.segments, frame.line, frame.column)
  if (error instanceof Unfit)
    return refusal(error.message, { cause: error, hint: `Refused by ${frame.file}:${place.line}:${place.column}` })
  return refusalAt(frame.file, inside.source, place, error.message, options)
}

function shown(thrown: unknown): string {
  if (typeof thrown === 'string') return JSON.stringify(thrown)
  return typeof thrown === 'object' && thrown !== null ? 'an object' : String(thrown)
}

/** Errors of fragments are not of our realm, so `instanceof` does not know them. */
export function isError(thrown: unknown): thrown is Error {
  return types.isNativeError(thrown)
}

function hintOf(error: Error): string | undefined {
  if (error instanceof Failure) return error.hint
  if (error.name === 'TypeError' && FROZEN.test(error.message)) return ALL_IS_FROZEN
  const [, unknown = ''] = /^([\w$]+) is not defined$/.exec(error.message) ?? []
  return error.name === 'ReferenceError' && unknown in globalThis ? ONLY_COMPUTES : undefined
}

/** What the runtimes say when a frozen object is changed. */
const FROZEN = /read.?only property|not extensible|^(Cannot|Unable to) delete property/
const ALL_IS_FROZEN = [
  'Records, lists of them and the objects of JavaScript are frozen, because others use them too. Make a new one:',
  'list.toSorted(…) for sort(), list.toReversed(), [...list, more], { ...record }.',
].join('\n')
const ONLY_COMPUTES =
  'A fragment only computes: it sees the objects of JavaScript, no process, timers, promises or modules. To say something: warn(…).'

function firstFragmentFrame(error: Error): (Position & { file: string }) | undefined {
  for (const match of (error.stack ?? '').matchAll(/^\s+at (?:.* \()?(.+):(\d+):(\d+)\)?$/gm)) {
    const [, file = '', line, column] = match
    if (compiled.has(file)) return { file, line: Number(line) - linesBefore(), column: Number(column) }
  }
  return undefined
}

/** How many lines a runtime puts before the code of a function, and counts in stacks: V8 none, JavaScriptCore one. */
function linesBefore(): number {
  const stack: string = compileFunction('return new Error().stack', [], { filename: 'probe' })()
  return Number(/probe:(\d+)/.exec(stack)?.[1] ?? 1) - 1
}

/** The runtimes say the place of a syntax error each in its own way, and not all of them exactly: so a parser is asked again. */
function syntaxFailure(error: unknown, file: string): Failure {
  const inside = compiled.get(file)
  const found = inside && syntaxError(inside.code)
  if (inside === undefined || found === undefined) return refusal(messageOf(error), { where: file, cause: error })
  const last = found.line >= inside.code.split('\n').length
  const place = last
    ? (strayClosing(inside) ?? { line: inside.source.split('\n').length, column: 1 })
    : sourcePosition(inside.segments, found.line, found.column)
  const hint = last || found.message.startsWith('Unexpected token') ? UNBALANCED : undefined
  return refusalAt(file, inside.source, place, found.message, { cause: error, hint })
}

const UNBALANCED = 'Does every { ( [ in this fragment have its closing counterpart, and the other way round?'
