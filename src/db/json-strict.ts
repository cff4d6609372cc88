import { hasLoneSurrogate } from './draft.ts'
import { type DbRecord, makeRecord, type Records, sortedMap } from './record.ts'

/** What is wrong with the text of a database, and where. Never quotes a value, since it may be a password. */
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
 * Reads the text of a database token by token. It must have exactly the shape
 * `{"key": {"type": "…", "properties": {"name": "value"}}}`, with no name twice and only text as values.
 */
export function parseStrictly(text: string): Records {
  return new StrictReader(text).read()
}

class StrictReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): Records {
    if (this.#text.trim() === '') this.#fail('the file is empty')
    const records: [string, DbRecord][] = []
    this.#object('record', (key, position) => {
      if (key === '') this.#fail('the key of a record must not be empty', position)
      records.push([key, this.#record(key, position)])
    })
    this.#blank()
    if (this.#at < this.#text.length) this.#fail('unexpected text after the end of the database')
    return sortedMap(records)
  }

  #record(key: string, position: number): DbRecord {
    let type: string | undefined
    const properties: [string, string][] = []
    this.#object('part', (part, partPosition) => {
      if (part === 'type') type = this.#string('the type of a record')
      else if (part === 'properties')
        this.#object('property', (name, namePosition) => {
          if (name === '') this.#fail('the name of a property must not be empty', namePosition)
          properties.push([name, this.#string(`the value of property "${name}"`)])
        })
      else this.#fail(`a record has only "type" and "properties", not "${part}"`, partPosition)
    })
    if (type === undefined) return this.#fail(`record "${key}" has no "type"`, position)
    return makeRecord(key, type, properties)
  }

  /** Reads an object and calls back for each value. */
  #object(what: string, member: (name: string, position: number) => void): void {
    this.#expect('{', 'an object ("{")')
    if (this.#take('}')) return
    const seen = new Set<string>()
    do {
      this.#blank()
      const position = this.#at
      const name = this.#string(`the name of a ${what}`)
      if (seen.has(name)) this.#fail(`${what} "${name}" occurs a second time here`, position)
      seen.add(name)
      this.#expect(':', 'a colon')
      member(name, position)
    } while (this.#take(','))
    this.#expect('}', '"," or "}"')
  }

  #string(what: string): string {
    this.#blank()
    const start = this.#at
    if (this.#text[start] !== '"') this.#fail(`${what} must be text in double quotes`)
    let end = start + 1
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1
    if (end >= this.#text.length) this.#fail('this text has no closing quote: the file is truncated', start)
    this.#at = end + 1
    let value: unknown
    try {
      value = JSON.parse(this.#text.slice(start, end + 1))
    } catch {
      // A raw control character (a line break) or an escape that JSON does not know.
    }
    if (typeof value !== 'string') return this.#fail(`${what} contains a raw control character or a bad escape`, start)
    if (hasLoneSurrogate(value)) this.#fail(`${what} is not valid Unicode (half a surrogate pair)`, start)
    return value
  }

  #expect(character: string, what: string): void {
    if (this.#take(character)) return
    if (this.#at >= this.#text.length) this.#fail(`${what} was expected, but the file is truncated here`)
    this.#fail(`${what} was expected`)
  }

  #take(character: string): boolean {
    this.#blank()
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #blank(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'end')) this.#at++
  }

  #fail(message: string, position = this.#at): never {
    throw new SyntaxProblem(this.#text, position, message)
  }
}
