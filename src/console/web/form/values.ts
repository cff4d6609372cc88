import type { PropertyDescription } from '../../../db/description.ts'

/** Pairs of values that are a switch. */
const SWITCHES: readonly (readonly [on: string, off: string])[] = [
  ['enabled', 'disabled'],
  ['yes', 'no'],
]

const BY_FORMAT: Readonly<Record<string, number>> = { enabled: 0, boolean: 1 }

/** The two values of a property that is on or off; undefined if it is none. */
export function pairOf({ enum: values, format }: PropertyDescription): readonly [on: string, off: string] | undefined {
  return values === undefined
    ? SWITCHES[BY_FORMAT[format ?? ''] ?? -1]
    : SWITCHES.find(one => values.length === 2 && one.every(word => values.includes(word)))
}

/**
 * The two values of a switch; undefined if the property is none, or has another value. Without a default it is none: not to be
 * there is a third state then.
 */
export function switchOf(known: PropertyDescription, value: string | undefined) {
  const pair = known.default === undefined ? undefined : pairOf(known)
  return pair !== undefined && value !== undefined && pair.includes(value) ? pair : undefined
}

/** A value as its field shows it: a list has one element on each line. */
export function shownValue({ list }: PropertyDescription, value: string): string {
  return list === undefined ? value : elements(value, list).join('\n')
}

/** The value that is meant by the text of a field. */
export function meantValue({ list }: PropertyDescription, text: string): string {
  return list === undefined ? text : elements(text, '\n').join(list)
}

function elements(text: string, separator: string): string[] {
  return text
    .split(separator)
    .map(element => element.trim())
    .filter(element => element !== '')
}

/** Text as a browser sends it back: it has only one kind of line break, and no zero bytes. */
export function asSent(text: string): string {
  return text.replace(/\r\n?/g, '\n').replaceAll('\0', '\ufffd')
}
