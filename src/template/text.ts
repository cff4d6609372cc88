import { compareBytes } from '../base/byte-order.ts'
import { cached } from '../base/cached.ts'

const ON = new Set(['enabled', 'yes', 'on', 'true', '1'])

/** True for a record whose `status` is on, or for a value that means on: enabled, yes, on, true, 1. */
export function isOn(what: unknown): boolean {
  if (typeof what === 'object' && what !== null) return 'status' in what && isOn(what.status)
  return typeof what === 'string' ? ON.has(what.toLowerCase()) : what === true || what === 1
}

/** The elements of a list property, separated by commas, semicolons or spaces; trimmed, without empty ones. */
export function splitList(value: unknown, separator: string | RegExp = /[,;\s]+/): string[] {
  if (value === undefined || value === null) return []
  return String(value)
    .split(separator)
    .map(part => part.trim())
    .filter(part => part !== '')
}

/** The value, or undefined for one that says nothing: missing, an empty text, 0. So `filled(record.Port) ?? '22'` has a default. */
export function filled<Value>(value: Value): Value | undefined {
  return value === null || value === '' || value === '0' || value === 0 ? undefined : value
}

/** The parts of a text as they are, also empty ones, but none at the end. */
export function fields(value: unknown, separator: string | RegExp): string[] {
  if (value === undefined || value === null || value === '') return []
  const parts = String(value).split(separator)
  return parts.slice(0, parts.findLastIndex(part => part !== '') + 1)
}

/** Records by the value of a property: pairs of value and records, sorted; records without it are left out. */
export function groupBy<Item extends object>(
  records: Iterable<Item>,
  property: string,
  order: (a: string, b: string) => number = compareBytes,
): [string, Item[]][] {
  const groups = new Map<string, Item[]>()
  for (const record of records) {
    const value: unknown = Reflect.get(record, property)
    if (typeof value !== 'string' || value === '') continue
    cached(groups, value, () => []).push(record)
  }
  return [...groups].sort(([a], [b]) => order(a, b))
}

/** Natural order of host names: labels from the right, numbers by value (`web2` before `web10`). */
export function compareNames(a: string, b: string): number {
  return hostKey(a).localeCompare(hostKey(b), 'en', { numeric: true }) || compareBytes(a, b)
}

function hostKey(name: string): string {
  return name.toLowerCase().split('.').reverse().join('.')
}

/**
 * Whether Apache and nginx can serve a text as the name of a site: labels of letters, digits, `-` and `_`, optionally after
 * `*.`; at most 253 characters (RFC 1035 §2.3.4).
 */
export function isSiteName(name: unknown): boolean {
  return typeof name === 'string' && name.length < 254 && /^(\*\.)?[\w-]+(\.[\w-]+)*$/.test(name)
}

/** A URL with exactly one trailing slash. */
export function withSlash(url: string): string {
  return `${url.replace(/\/+$/, '')}/`
}

/**
 * A folder name made from a URL, without its scheme and without a last part that only says it is an ACME directory. URLs that
 * differ only in these have the same name.
 */
export function folderName(url: string): string {
  return url
    .replace(/^https?:\/\//i, '')
    .replace(/\/(dir|directory)?$/, '')
    .replace(/[^A-Za-z0-9.-]+/g, '_')
    .replace(/^\.+/, '_')
}

/** Collapses runs of empty lines to one, and removes them at the start and the end. */
export function squeezeBlank(text: string): string {
  return text
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+/, '')
    .replace(/\n{2,}$/, '\n')
}
