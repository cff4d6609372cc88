/** What is known of a value in the twin. */
export interface Type {
  readonly is: Kind
  /** A text that may have line breaks. */
  readonly lines?: boolean
  /** Of the elements of a list, a map or an object. */
  readonly of?: Type
  /** Of a database: its name. */
  readonly name?: string
}

/**
 * `maybe` is a text or undefined, `mixed` a text, a number or undefined, `flag` true or false, `record?` one that may be missing,
 * `map` a hash that the fragment makes, `object` one behind a reference.
 */
type Kind =
  | 'text'
  | 'maybe'
  | 'number'
  | 'mixed'
  | 'flag'
  | 'undefined'
  | 'list'
  | 'map'
  | 'object'
  | 'record'
  | 'record?'
  | 'database'
  | 'nothing'

export const TEXT: Type = { is: 'text' }
export const MAYBE: Type = { is: 'maybe' }
export const NUMBER: Type = { is: 'number' }
export const FLAG: Type = { is: 'flag' }
export const UNDEFINED: Type = { is: 'undefined' }
export const RECORD: Type = { is: 'record' }
/** Nothing is known of it yet. */
export const NOTHING: Type = { is: 'nothing' }

const SCALARS = new Set<Kind>(['text', 'maybe', 'number', 'mixed', 'flag', 'undefined'])

/** What a value is that can be either; undefined if no code fits both. */
export function joined(a: Type, b: Type): Type | undefined {
  if (a.is === 'nothing') return b
  if (b.is === 'nothing') return a
  if (a.is === b.is) {
    if (a.is === 'database') return a.name === b.name ? a : undefined
    const of = a.of && b.of ? joined(a.of, b.of) : (a.of ?? b.of)
    if (of === undefined && (a.of ?? b.of)) return undefined
    return { is: a.is, ...lines(a, b), ...(of && { of }) }
  }
  const kinds = new Set([a.is, b.is])
  if (kinds.has('record') && kinds.has('record?')) return { is: 'record?' }
  if (kinds.has('record?') && kinds.has('undefined')) return { is: 'record?' }
  if (kinds.has('record') && kinds.has('undefined')) return { is: 'record?' }
  if (!SCALARS.has(a.is) || !SCALARS.has(b.is) || kinds.has('flag')) return undefined
  if (kinds.has('number') || kinds.has('mixed')) return { is: 'mixed', ...lines(a, b) }
  return { is: 'maybe', ...lines(a, b) }
}

/** The value, or none. */
export function orMissing(type: Type): Type {
  return joined(type, UNDEFINED) ?? type
}

function lines(a: Type, b: Type): { lines?: boolean } {
  return a.lines || b.lines ? { lines: true } : {}
}

export function sameType(a: Type | undefined, b: Type | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
