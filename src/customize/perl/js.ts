import { FLAG, NUMBER, TEXT, type Type } from './types.ts'

/** An expression in JavaScript. */
export interface Js {
  readonly code: string
  readonly type: Type
  /** How tight its outermost operator binds. */
  readonly tight: number
  /** Its text, if it is always the same. */
  readonly constant?: string
  /** What a text is made of. */
  readonly parts?: readonly (string | Js)[]
}

/** How tight operators bind, from MDN's table. */
export const TIGHT = {
  arrow: 1,
  choice: 2,
  nullish: 3,
  or: 4,
  and: 5,
  equal: 8,
  compare: 9,
  add: 11,
  multiply: 12,
  unary: 14,
  member: 17,
  atom: 18,
}

export function js(code: string, type: Type, tight = TIGHT.member): Js {
  return { code, type, tight }
}

/** In parentheses, unless it binds tight enough. */
export function inside({ code, tight }: Js, least: number): string {
  return tight < least ? `(${code})` : code
}

/** A text as a literal. */
export function literal(text: string): Js {
  const lines = text.includes('\n') ? { lines: true } : {}
  return { code: quote(text), type: { ...TEXT, ...lines }, tight: TIGHT.atom, constant: text }
}

export function numeral(text: string): Js {
  return { code: text, type: NUMBER, tight: TIGHT.atom, constant: text }
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark
}

/** One text of several parts. */
export function textOf(parts: readonly (string | Js)[]): Js {
  const flat: (string | Js)[] = []
  for (const part of parts.flatMap(one => (typeof one === 'string' ? one : (one.parts ?? one)))) {
    const text = typeof part === 'string' ? part : part.type.is === 'text' ? part.constant : undefined
    const last = flat.at(-1)
    if (text === undefined) flat.push(part)
    else if (typeof last === 'string') flat[flat.length - 1] = last + text
    else if (text !== '') flat.push(text)
  }
  const [first = '', ...others] = flat
  if (others.length === 0) return typeof first === 'string' ? literal(first) : asText(first)
  const lines = flat.some(part => (typeof part === 'string' ? part.includes('\n') : part.type.lines))
  const code = flat.map(part => (typeof part === 'string' ? escapeTemplate(part) : `\${${printed(part)}}`)).join('')
  return js(`\`${code}\``, { ...TEXT, ...(lines && { lines }) }, TIGHT.atom)
}

function escapeTemplate(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replace(/`|\$(?=\{)/g, '\\$&')
}

/** A value where JavaScript makes a text of it: only what Perl would print in another way is changed. */
export function printed(value: Js): string {
  switch (value.type.is) {
    case 'text':
    case 'number':
      return value.code
    case 'flag':
      return `${inside(value, TIGHT.nullish)} ? 1 : ''`
    case 'undefined':
      return "''"
    default:
      return `${inside(value, TIGHT.equal)} ?? ''`
  }
}

/** A value as a text that is defined. */
export function asText(value: Js): Js {
  switch (value.type.is) {
    case 'text':
      return value
    case 'number':
      return value.constant === undefined ? js(`String(${value.code})`, TEXT) : literal(String(Number(value.constant)))
    case 'flag':
      return js(`${inside(value, TIGHT.nullish)} ? '1' : ''`, TEXT, TIGHT.choice)
    case 'undefined':
      return literal('')
    case 'mixed':
      return js(`String(${inside(value, TIGHT.equal)} ?? '')`, TEXT)
    default:
      return js(
        `${inside(value, TIGHT.equal)} ?? ''`,
        { ...TEXT, ...(value.type.lines && { lines: true }) },
        TIGHT.nullish,
      )
  }
}

/** A value as a number, as Perl reads it: `12 MB` is 12, and no number is 0. */
export function asNumber(value: Js): Js {
  if (value.type.is === 'number') return value
  if (value.type.is === 'flag') return js(`(${inside(value, TIGHT.nullish)} ? 1 : 0)`, NUMBER, TIGHT.atom)
  if (value.type.is === 'list') return js(`${inside(value, TIGHT.member)}.length`, NUMBER)
  if (value.constant !== undefined) return numeral(String(Number.parseFloat(value.constant) || 0))
  return js(`Number.parseFloat(${value.code}) || 0`, NUMBER, TIGHT.or)
}

/** The opposite. */
export function opposite(test: Js): Js {
  const equal = test.tight === TIGHT.equal ? / (===|!==) /.exec(test.code) : null
  if (equal !== null && test.code.split(/ [!=]== /).length === 2)
    return js(test.code.replace(equal[0], equal[1] === '===' ? ' !== ' : ' === '), FLAG, TIGHT.equal)
  if (/^![\w(]/.test(test.code) && test.tight === TIGHT.unary && balanced(test.code.slice(1)))
    return js(test.code.slice(1), FLAG, TIGHT.unary)
  return js(`!${inside(test, TIGHT.unary)}`, FLAG, TIGHT.unary)
}

/** Without an operator around it: a name with its members and calls. */
function balanced(code: string): boolean {
  return /^[\w.?[\]'-]+(?:\([^()]*\))?$/.test(code)
}

const NAME = /^[A-Za-z_$][\w$]*$/

/** A member: `.name`, `['a-name']`, and the same if the object may be missing. */
export function member(object: Js, name: string, mayMiss = false): string {
  const of = inside(object, TIGHT.member)
  if (NAME.test(name)) return `${of}${mayMiss ? '?.' : '.'}${name}`
  return `${of}${mayMiss ? '?.' : ''}[${quote(name)}]`
}
