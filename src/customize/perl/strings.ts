import type { Expression } from './ast.ts'
import { Untranslatable } from './untranslatable.ts'

/** Parses an expression of its own. */
export type ParseInside = (source: string, line: number) => Expression

/** The text of `'…'` and `q(…)`. */
export function singleQuoted(text: string, open: string): string {
  return text.replace(/\\([\s\S])/g, (both, one: string) =>
    one === '\\' || one === open || ('([{<'.indexOf(open) >= 0 && one === ')]}>'['([{<'.indexOf(open)]) ? one : both,
  )
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', 0: '\0', a: '\x07', e: '\x1b' }

/** The parts of `"…"`: text, and values that are put into it. */
export function interpolated(text: string, line: number, parse: ParseInside): (string | Expression)[] {
  const meant = (mark: string) => {
    const [, hex] = /^\\x\{?([0-9a-fA-F]{2})/.exec(mark) ?? []
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    const letter = mark[1] ?? ''
    if (/[lucLUQEN1-9]/.test(letter)) throw new Untranslatable(line, `the escape \\${letter} in a string`)
    return ESCAPES[letter] ?? letter
  }
  return partsOf(text, line, parse, meant)
}

/** The parts of a regular expression: escapes stay, and a `$` at the end of something is no variable. */
export function patternParts(text: string, line: number, parse: ParseInside): (string | Expression)[] {
  return partsOf(text, line, parse, mark => mark)
}

function partsOf(
  text: string,
  line: number,
  parse: ParseInside,
  meant: (mark: string) => string,
): (string | Expression)[] {
  const parts: (string | Expression)[] = []
  let plain = ''
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at)
    const mark = /^\\(?:x\{?[0-9a-fA-F]{2}\}?|[\s\S])/.exec(rest)?.[0]
    const variable = mark === undefined ? variableIn(rest) : undefined
    const taken = mark ?? variable ?? text[at] ?? ''
    if (variable === undefined) plain += mark === undefined ? taken : meant(mark)
    else {
      if (plain !== '') parts.push(plain)
      plain = ''
      parts.push(parse(variable, line + text.slice(0, at).split('\n').length - 1))
    }
    at += taken.length
  }
  if (plain !== '' || parts.length === 0) parts.push(plain)
  return parts
}

/** The source of the variable that a text begins with, with its subscripts; undefined if there is none. */
function variableIn(rest: string): string | undefined {
  const begin = /^[$@](?:(?:::)?[A-Za-z_]\w*(?:::\w+)*|\$[A-Za-z_]\w*|(?=\{)|(?<=\$)(?:\d+|&))/.exec(rest)?.[0]
  if (begin === undefined) return undefined
  let end = begin.length
  if (end === 1) {
    end = closing(rest, 1)
    if (end === 0) return undefined
  }
  if (begin.startsWith('@')) return rest.slice(0, /^[[{]/.test(rest.slice(end)) ? closing(rest, end) || end : end)
  for (;;) {
    const [arrow] = /^->(?=[[{])/.exec(rest.slice(end)) ?? ['']
    const from = end + arrow.length
    const isIndex = /^\[(?:-?\d+|\$\w+|\$#?\w+\s*[-+]\s*\d+)\]/.test(rest.slice(from))
    const isKey = /^\{\s*(?:-?\w+|'[^']*'|"[^"]*"|\$\w+(?:->)?(?:\{\w+\})?)\s*\}/.test(rest.slice(from))
    if (!isIndex && !isKey) return rest.slice(0, end)
    end = closing(rest, from)
  }
}

/** The index behind the bracket that closes the one at an index; 0 if there is none. */
function closing(text: string, from: number): number {
  const open = text[from]
  const close = open === '{' ? '}' : ']'
  for (let depth = 0, at = from; at < text.length; at++) {
    if (text[at] === open) depth++
    if (text[at] === close && --depth === 0) return at + 1
  }
  return 0
}
