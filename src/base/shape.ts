import { isObject } from './is-object.ts'

/**
 * Checks a value that was read, and gives it its type.
 * @throws Error that names the invalid part
 */
export interface Shape<T> {
  (value: unknown, part?: string): T
  /** Whether the part may be missing. */
  readonly optional?: true
}

/** What a shape accepts. */
export type TypeOf<S> = S extends Shape<infer T> ? T : never

/** An object with these parts. */
export type ObjectOf<Parts> = {
  readonly [Name in keyof Parts as Parts[Name] extends { optional: true } ? never : Name]: TypeOf<Parts[Name]>
} & {
  readonly [Name in keyof Parts as Parts[Name] extends { optional: true } ? Name : never]?: TypeOf<Parts[Name]>
}

/** A shape with a description for its error. */
function shape<T>(is: (value: unknown) => value is T, what: string): Shape<T> {
  return (value, part) => {
    if (is(value)) return value
    throw new Error(value === undefined && part !== undefined ? `${part} is missing` : `${part ?? 'it'} is not ${what}`)
  }
}

export const text = shape((value): value is string => typeof value === 'string', 'a string')
export const flag = shape((value): value is boolean => typeof value === 'boolean', 'true or false')
export const number = shape((value): value is number => Number.isFinite(value), 'a number')
export const integer = shape((value): value is number => Number.isInteger(value), 'a whole number')

const anObject = shape(isObject, 'an object')

/** A SHA-256 in hexadecimal. */
export const hash = matching(/^[0-9a-f]{64}$/, 'a hash')

/** A point in time in ISO 8601. */
export const moment = shape(
  (value): value is string => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  'a time in ISO 8601',
)

export function matching(pattern: RegExp, what: string): Shape<string> {
  return shape((value): value is string => typeof value === 'string' && pattern.test(value), what)
}

export function oneOf<Word extends string>(...words: readonly Word[]): Shape<Word> {
  return shape((value): value is Word => words.some(word => word === value), `one of ${words.join(', ')}`)
}

export function orNull<T>(inner: Shape<T>): Shape<T | null> {
  return (value, part) => (value === null ? null : inner(value, part))
}

export function optional<T>(inner: Shape<T>): Shape<T> & { readonly optional: true } {
  return Object.assign((value: unknown, part?: string) => inner(value, part), { optional: true } as const)
}

export function listOf<T>(inner: Shape<T>): Shape<readonly T[]> {
  return (value, part = 'it') => {
    if (!Array.isArray(value)) throw new Error(`${part} is not a list`)
    value.forEach((one, index) => void named(inner, one, part, index))
    return value
  }
}

/** A list of two. */
export function pairOf<A, B>(first: Shape<A>, second: Shape<B>): Shape<readonly [A, B]> {
  return (value, part) => {
    const pair = listOf((one): unknown => one)(value, part)
    return [first(pair[0], part), second(pair[1], part)]
  }
}

/** An object whose names are data. */
export function mapOf<T>(inner: Shape<T>): Shape<ReadonlyMap<string, T>> {
  return (value, part) => {
    const object = anObject(value, part)
    const map = new Map<string, T>()
    for (const name of Object.keys(object)) map.set(name, named(inner, object[name], part, name))
    return map
  }
}

/** As {@link mapOf}, but keeps the object. */
export function recordOf<T>(inner: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, part) => {
    const object = anObject(value, part)
    for (const name of Object.keys(object)) named(inner, object[name], part, name)
    // Each value has just been checked.
    return object as Record<string, T>
  }
}

/** One part of an object. */
export function partOf<T>(name: string, inner: Shape<T>): Shape<T> {
  return (value, part) => named(inner, anObject(value, part)[name], part, name)
}

/** An object with known parts; others are kept. */
export function objectOf<Parts extends Readonly<Record<string, Shape<unknown>>>>(parts: Parts): Shape<ObjectOf<Parts>> {
  const known = Object.entries<Shape<unknown>>(parts)
  return (value, part) => {
    const object = anObject(value, part)
    for (const [name, inner] of known)
      if (object[name] !== undefined || inner.optional !== true) named(inner, object[name], part, name)
    // Each part has just been checked.
    return object as ObjectOf<Parts>
  }
}

/** Checks a part, or an element of a list. Its whole name is only made for a failure: there may be thousands. */
function named<T>(inner: Shape<T>, value: unknown, whole: string | undefined, name: string | number): T {
  try {
    return inner(value)
  } catch {
    return inner(value, typeof name === 'number' ? `${whole === 'it' ? '' : whole}[${name}]` : within(whole, name))
  }
}

function within(part: string | undefined, name: string): string {
  return part === undefined ? `"${name}"` : `${part} "${name}"`
}
