import { Failure, orUndefined } from '../base/failure.ts'
import { readText } from '../system/read-files.ts'

/** What is wrong with a JSON text, and where. Never quotes a value, since it may be a password. */
export class SyntaxProblem extends Error {
  readonly line: number
  readonly column: number

  constructor(text: string, position: number, message: string) {
    super(message)
    const before = text.slice(0, position)
    this.line = before.split('\n').length
    this.column = position - before.lastIndexOf('\n')
  }
}

/**
 * Reads a JSON text strictly, token by token, with the position of each error. `JSON.parse` is quicker, but silently accepts a
 * name given twice, and often does not say where it fails.
 */
export class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The whole text as one value. */
  whole(): unknown {
    const value = this.value()
    this.end('the value')
    return value
  }

  /** Any value. */
  value(): unknown {
    this.#blank()
    const start = this.#text[this.#at]
    if (start === '"') return this.string('the text')
    if (start === '{') {
      const entries: [string, unknown][] = []
      this.object('member', name => entries.push([name, this.value()]))
      return Object.fromEntries(entries)
    }
    if (start === '[') {
      const values: unknown[] = []
      this.#elements('[', ']', 'a list', () => values.push(this.value()))
      return values
    }
    const [word = ''] =
      /^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)(?![\w.])/.exec(this.#text.slice(this.#at)) ?? []
    if (word === '') this.#unexpected('a value')
    this.#at += word.length
    return JSON.parse(word)
  }

  /** Reads an object and calls back for each value. @param what the kind of its names */
  object(what: string, member: (name: string, position: number) => void): void {
    const seen = new Set<string>()
    this.#elements('{', '}', 'an object', () => {
      this.#blank()
      const position = this.#at
      const name = this.string(`the name of a ${what}`)
      if (seen.has(name)) this.fail(`${what} "${name}" occurs a second time here`, position)
      seen.add(name)
      this.#expect(':', 'a colon')
      member(name, position)
    })
  }

  string(what: string): string {
    this.#blank()
    const start = this.#at
    if (this.#text[start] !== '"') this.fail(`${what} must be text in double quotes`)
    let end = start + 1
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1
    if (end >= this.#text.length) this.fail('this text has no closing quote: the file is truncated', start)
    this.#at = end + 1
    const value: unknown = orUndefined(() => JSON.parse(this.#text.slice(start, end + 1)))
    if (typeof value !== 'string') return this.fail(`${what} contains a raw control character or a bad escape`, start)
    if (!value.isWellFormed()) this.fail(`${what} is not valid Unicode (half a surrogate pair)`, start)
    return value
  }

  /** Whether this character comes next. */
  startsWith(character: string): boolean {
    this.#blank()
    return this.#text[this.#at] === character
  }

  /** Nothing may follow. */
  end(what: string): void {
    this.#blank()
    if (this.#at < this.#text.length) this.fail(`unexpected text after the end of ${what}`)
  }

  #elements(open: string, close: string, what: string, read: () => void): void {
    this.#expect(open, `${what} ("${open}")`)
    if (this.#take(close)) return
    do read()
    while (this.#take(','))
    this.#expect(close, `"," or "${close}"`)
  }

  #expect(character: string, what: string): void {
    if (!this.#take(character)) this.#unexpected(what)
  }

  #unexpected(what: string): never {
    this.fail(`${what} was expected${this.#at >= this.#text.length ? ', but the file is truncated here' : ''}`)
  }

  #take(character: string): boolean {
    if (!this.startsWith(character)) return false
    this.#at++
    return true
  }

  #blank(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'end')) this.#at++
  }

  /** @param position default: where the reader is */
  fail(message: string, position = this.#at): never {
    throw new SyntaxProblem(this.#text, position, message)
  }
}

/**
 * Reads a JSON file written by a person.
 * @throws Failure with line and column
 */
export function readJsonFile(path: string): unknown {
  const text = readText(path)
  try {
    return JSON.parse(text)
  } catch {
    return readStrictly(text, path)
  }
}

function readStrictly(text: string, path: string): unknown {
  try {
    return new JsonReader(text).whole()
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error
    const where = `${path}:${error.line}:${error.column}`
    throw new Failure(`this is not valid JSON: ${error.message}`, { where, cause: error })
  }
}
