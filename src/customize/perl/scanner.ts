import type { Comment } from './comments.ts'
import { Untranslatable } from './untranslatable.ts'

/** A here-document whose text has not been met yet. */
interface Awaited {
  readonly tag: string
  readonly indented: boolean
  readonly take: (text: string, line: number) => void
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' }

/** Reads the characters of a program: blanks, comments, words, quoted text, here-documents. */
export class Scanner {
  at = 0
  readonly #source: string
  readonly #firstLine: number
  #awaited: Awaited[] = []
  /** By their places: one may be met more than once. */
  readonly #comments = new Map<number, Comment>()

  constructor(source: string, firstLine: number) {
    this.#source = source
    this.#firstLine = firstLine
  }

  get line(): number {
    let line = this.#firstLine
    for (
      let index = this.#source.indexOf('\n');
      index !== -1 && index < this.at;
      index = this.#source.indexOf('\n', index + 1)
    )
      line++
    return line
  }

  /** The comments so far. Lines that only decorate are none. */
  get comments(): readonly Comment[] {
    return [...this.#comments.values()]
  }

  #note(comment = ''): void {
    const text = comment.replace(/^#+/, '').trim()
    if (/\w/.test(text)) this.#comments.set(this.at, { line: this.line, text })
  }

  refuse(feature: string): Untranslatable {
    return new Untranslatable(this.line, feature)
  }

  /** Skips blanks, comments and the texts of here-documents. */
  skip(): void {
    for (;;) {
      const blank = /[ \t\r\f]+|#([^\n]*)/y
      blank.lastIndex = this.at
      const found = blank.exec(this.#source)
      if (found !== null) {
        this.#note(found[1])
        this.at = blank.lastIndex
      } else if (this.#source[this.at] !== '\n') return
      else {
        this.at++
        for (const awaited of this.#awaited.splice(0)) this.#takeDocument(awaited)
        if (/^=[a-z]/.test(this.#source.slice(this.at, this.at + 2)))
          throw this.refuse('documentation inside of a program')
      }
    }
  }

  get ended(): boolean {
    this.skip()
    return this.at >= this.#source.length
  }

  /** What comes next, if the expression fits there. The expression is sticky: it has the flag `y`. */
  look(pattern: RegExp): RegExpExecArray | undefined {
    this.skip()
    return this.lookHere(pattern)
  }

  /** As {@link look}, without skipping blanks. */
  lookHere(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at
    return pattern.exec(this.#source) ?? undefined
  }

  /** Takes what comes next, if it fits. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    const found = this.look(pattern)
    if (found !== undefined) this.at += found[0].length
    return found
  }

  takeHere(pattern: RegExp): RegExpExecArray | undefined {
    const found = this.lookHere(pattern)
    if (found !== undefined) this.at += found[0].length
    return found
  }

  /** @throws Untranslatable if it does not come next */
  expect(pattern: RegExp): void {
    if (this.take(pattern) === undefined) throw this.unexpected()
  }

  unexpected(): Untranslatable {
    const word = this.look(/\w+|\S{0,10}/y)?.[0] ?? ''
    return this.refuse(word === '' ? 'a program that ends too early' : `"${word}" at this place`)
  }

  /** The text between the delimiter that comes next and its counterpart. Brackets are counted. */
  delimited(): { readonly text: string; readonly open: string; readonly line: number } {
    const open = this.#source[this.at] ?? ''
    const close = CLOSING[open] ?? open
    const { line } = this
    const start = ++this.at
    for (let depth = 1; ; this.at++) {
      const character = this.#source[this.at]
      if (character === undefined) throw new Untranslatable(line, 'quoted text without an end')
      if (character === '\\') this.at++
      else if (character === close) {
        if (--depth === 0) break
      } else if (character === open) depth++
    }
    return { text: this.#source.slice(start, this.at++), open, line }
  }

  /** The text of a here-document begins on the next line. */
  awaitDocument(awaited: Awaited): void {
    this.#awaited.push(awaited)
  }

  /** @throws Untranslatable if the program ends before the text of a here-document */
  finish(): void {
    this.skip()
    const [missing] = this.#awaited
    if (missing !== undefined) throw this.refuse(`a here-document without its end ${missing.tag}`)
  }

  #takeDocument({ tag, indented, take }: Awaited): void {
    const { line } = this
    const lines: string[] = []
    for (;;) {
      if (this.at >= this.#source.length) throw this.refuse(`a here-document without its end ${tag}`)
      const end = this.#source.indexOf('\n', this.at)
      const one = this.#source.slice(this.at, end === -1 ? undefined : end)
      this.at = end === -1 ? this.#source.length : end + 1
      if ((indented ? one.trimStart() : one) === tag) break
      lines.push(one)
    }
    const blanks = lines.filter(one => one.trim() !== '').map(one => one.length - one.trimStart().length)
    const margin = indented ? Math.min(...blanks) : 0
    take(lines.map(one => `${one.slice(margin)}\n`).join(''), line)
  }
}
