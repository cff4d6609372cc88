import type { Quoter } from '../base/quote.ts'
import { MARKS } from './generate.ts'

const LAST_LINES = new RegExp(`(?:\\n|${MARKS.source})+$`, 'u')
/** Line breaks and control characters other than tabs must not get into a file. */
const CONTROL = /[\p{Zl}\p{Zp}]|(?!\t)\p{Cc}/u

const NEWLINE = 10

/** Nobody reads a larger file, but a loop that does not end soon makes one. Characters: it has at least as many bytes. */
const LARGEST = 64 * 2 ** 20

/** Text that `<%= %>` prints unchanged: what the quoters and `raw()` return. */
export class RawText {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text
  }
}

/**
 * The object that the generated code of a fragment prints to. One printer serves a whole run: `template()` sets its text
 * aside while a sub-template prints.
 */
export class Printer {
  /** The text so far. The name is short because generated code appends to it. */
  s = ''
  /** Quotes values for the current output. */
  quote: Quoter = value => value
  /** The marked text of sub-templates, by the unmarked text that fragments saw. */
  readonly #marked = new Map<string, string>()

  /** `<%= value %>`: one line, never undefined, quoted for the format of the output. */
  p(value: unknown): void {
    const text = checkedLine(this.#fitting(asPrintable(value, '<%= %>')))
    this.s += typeof value === 'string' ? this.quote(text) : text
  }

  /** `<%~ value %>`: any text, including several lines. */
  r(value: unknown): void {
    const text = this.#fitting(asPrintable(value, '<%~ %>'))
    this.s += this.#marked.get(text) ?? text
  }

  /** `<%~ value %>` alone on its line: ends in exactly one newline, or vanishes when empty. */
  b(value: unknown): void {
    const text = this.#fitting(asPrintable(value, '<%~ %>'))
    let end = text.length
    while (end > 0 && text.charCodeAt(end - 1) === NEWLINE) end--
    if (end === 0) return
    const marked = this.#marked.get(text)
    this.s += `${marked === undefined ? text.slice(0, end) : marked.replace(LAST_LINES, '')}\n`
  }

  /** Adds what a fragment returned. @throws RangeError if it, or what code between the tags printed, makes the file too large */
  add(text: string): void {
    this.s += this.#fitting(text)
  }

  #fitting(text: string): string {
    if (this.s.length + text.length <= LARGEST) return text
    throw new RangeError('this would make a file of more than 64 MiB, which gabarit does not write')
  }

  /** The line of the fragment in the last mark of the text. */
  get lastMark(): string | undefined {
    return [...this.s.matchAll(MARKS)].at(-1)?.groups?.line
  }

  /**
   * Removes the marks of a traced sub-template, so that the calling fragment works on the same text as without tracing. If it
   * prints the text unchanged, the marks are put back.
   */
  unmarked(marked: string): string {
    const text = marked.replace(MARKS, '')
    this.#marked.set(text, marked)
    return text
  }
}

/**
 * A value that can be printed, as text.
 * @param who receives the value, for the message: `sh()`
 * @throws TypeError for undefined, an object and the like, which would otherwise be printed as "undefined" or "[object Object]"
 */
export function asPrintable(value: unknown, who: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint' || Number.isFinite(value)) return String(value)
  if (value instanceof RawText) return value.text
  throw new TypeError(`${who} got ${describeValue(value)}: it prints text or a number`)
}

function checkedLine(text: string): string {
  if (!CONTROL.test(text)) return text
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
  throw new TypeError(
    `<%= %> got a line break or control character in ${shown}: it would become a separate line of configuration`,
  )
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'undefined (no such record or property?)'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list (use join())'
  if (typeof value === 'object' && 'key' in value)
    return `the record "${String(value.key)}" (print one of its properties)`
  if (typeof value === 'function') return 'a function (call it)'
  return typeof value === 'object'
    ? 'an object'
    : `${typeof value === 'number' ? '' : `${typeof value} `}${String(value)}`
}
