import type { Expression, Pattern } from './ast.ts'
import { inside, type Js, js, literal, printed, TIGHT, textOf } from './js.ts'
import { FLAG, TEXT } from './types.ts'
import type { Values } from './values.ts'

/** What regular expressions of Perl have that those of JavaScript have not, or have in another way. */
const OTHER = /\\[QEGKRXZzALlUuNPpxo\d]|\(\?(?![:=!]|<[=!])|\[\[?:|[+*?}]\+|\\h|\$(?=[^)|]|$)(?!$)/

/** A regular expression of Perl in JavaScript. */
export function patternOf(values: Values, { parts, flags }: Pattern, at: Expression): Js {
  const text = parts.map(part => (typeof part === 'string' ? alike(part) : part))
  for (const part of text) {
    const odd = typeof part === 'string' ? OTHER.exec(part)?.[0] : undefined
    if (odd !== undefined) throw values.refuse(at, `a regular expression with ${odd}`)
  }
  const flag = flags.replace(/[xor]/g, '').split('').sort().join('')
  if (text.every(part => typeof part === 'string')) {
    const source = text.join('')
    try {
      new RegExp(source, flag)
    } catch {
      throw values.refuse(at, 'a regular expression that JavaScript does not know')
    }
    const escaped = source
      .replace(/\\[\s\S]|\[(?:\\.|[^\]])*\]|\//g, all => (all === '/' ? '\\/' : all))
      .replaceAll('\n', '\\n')
    return js(`/${escaped || '(?:)'}/${flag}`, TEXT, TIGHT.atom)
  }
  const source = textOf(text.map(part => (typeof part === 'string' ? part : values.scalar(part))))
  return js(`new RegExp(${source.code}${flag === '' ? '' : `, '${flag}'`})`, TEXT)
}

/** `\A`, `\z` and `\h` under their names in JavaScript. */
function alike(part: string): string {
  return part.replace(
    /\\[\s\S]/g,
    mark =>
      ({
        '\\A': '^',
        '\\z': '$',
        '\\Z': '$',
        '\\h': '[ \\t]',
        '\\@': '@',
        '\\"': '"',
        '\\#': '#',
        "\\'": "'",
        '\\%': '%',
        '\\ ': ' ',
        '\\:': ':',
        '\\,': ',',
        '\\=': '=',
        '\\-': '\\-',
      })[mark] ?? mark,
  )
}

/** Whether a text fits. */
export function fits(values: Values, target: Js, pattern: Pattern, at: Expression): Js {
  return js(
    `${patternOf(values, { ...pattern, flags: pattern.flags.replace('g', '') }, at).code}.test(${printed(target)})`,
    FLAG,
  )
}

/** The text with what fits replaced. `target` is not changed. */
export function replaced(values: Values, target: Js, expression: Extract<Expression, { kind: 'replace' }>): Js {
  const { pattern, by } = expression
  const value = by.kind === 'string' ? by.parts : [by]
  const isNumber = (part: string | Expression) =>
    typeof part !== 'string' && part.kind === 'variable' && /^[1-9&]$/.test(part.name)
  const found = patternOf(values, pattern, expression).code
  if (value.every(part => typeof part === 'string' || isNumber(part))) {
    const text = value
      .map(part =>
        typeof part === 'string' ? part.replaceAll('$', '$$$$') : `$${part.kind === 'variable' ? part.name : ''}`,
      )
      .join('')
    return replacing(target, found, literal(text))
  }
  if (value.some(isNumber)) throw values.refuse(expression, 'a replacement of variables together with $1')
  const made = textOf(value.map(part => (typeof part === 'string' ? part : values.scalar(part))))
  return replacing(target, found, made, `() => ${made.code}`)
}

function replacing(target: Js, found: string, by: Js, code = by.code): Js {
  const isText = target.type.is === 'text'
  const lines = by.type.lines ? { lines: true } : {}
  return js(`${inside(target, TIGHT.member)}${isText ? '.' : '?.'}replace(${found}, ${code})`, {
    ...target.type,
    ...lines,
  })
}

/** `tr/A-Z/a-z/` and replacements of one character by another. */
export function transliterated(
  values: Values,
  target: Js,
  { from, to, flags, ...at }: Extract<Expression, { kind: 'transliterate' }>,
): Js {
  const of = target.tight < TIGHT.member ? `(${target.code})` : target.code
  const mark = target.type.is === 'text' ? '.' : '?.'
  if (flags === '' && from === 'A-Z' && to === 'a-z') return js(`${of}${mark}toLowerCase()`, target.type)
  if (flags === '' && from === 'a-z' && to === 'A-Z') return js(`${of}${mark}toUpperCase()`, target.type)
  if ((flags === '' && from.length === 1 && to.length === 1) || (flags === 'd' && from.length === 1 && to === ''))
    return js(`${of}${mark}replaceAll(${literal(from).code}, ${literal(to).code})`, target.type)
  throw values.refuse(at, `tr/${from}/${to}/${flags}`)
}
