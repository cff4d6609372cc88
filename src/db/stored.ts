import { unlessFailed } from '../base/failure.ts'

/** A value as a database stores it: text, or encrypted until somebody reads it. */
export type Stored = string | Sealed

/** Opens an encrypted value of a record. @param property null: its type. @throws Failure if it cannot be opened */
export type Opening = (sealed: string, key: string, property: string | null) => string

/** An encrypted value. What it holds is only found out when it is asked for. */
export class Sealed {
  /** As it is stored. */
  readonly text: string
  readonly #open: () => string
  #value: string | undefined

  constructor(text: string, open: () => string) {
    this.text = text
    this.#open = open
  }

  /** @throws Failure if it cannot be opened */
  open(): string {
    this.#value ??= this.#open()
    return this.#value
  }
}

export function inClear(stored: Stored): string {
  return typeof stored === 'string' ? stored : stored.open()
}

/** For callers that only look: undefined if it cannot be opened. */
export function ifOpens(stored: Stored): string | undefined {
  return unlessFailed(() => inClear(stored))
}

/** Whether two values are equal. One that cannot be opened differs from all others. */
export function sameStored(a: Stored | undefined, b: Stored | undefined): boolean {
  if (a === b || a === undefined || b === undefined) return a === b
  if (typeof a === 'string' && typeof b === 'string') return false
  if (typeof a !== 'string' && typeof b !== 'string' && a.text === b.text) return true
  const opened = ifOpens(a)
  return opened !== undefined && opened === ifOpens(b)
}

/** Not a class alone: what is bundled apart has its own. */
const STORED = Symbol.for('gabarit.stored')

/** Properties some of which are encrypted. A map like every other; a value is opened when it is read. */
export class SealedProperties implements ReadonlyMap<string, string> {
  readonly [STORED]: ReadonlyMap<string, Stored>
  #opened: ReadonlyMap<string, string> | undefined

  constructor(stored: ReadonlyMap<string, Stored>) {
    this[STORED] = stored
  }

  get size(): number {
    return this[STORED].size
  }

  get(name: string): string | undefined {
    const stored = this[STORED].get(name)
    return stored === undefined ? undefined : inClear(stored)
  }

  has(name: string): boolean {
    return this[STORED].has(name)
  }

  keys() {
    return this[STORED].keys()
  }

  values() {
    return this.#whole().values()
  }

  entries() {
    return this.#whole().entries()
  }

  [Symbol.iterator]() {
    return this.#whole()[Symbol.iterator]()
  }

  forEach(call: (value: string, name: string, map: ReadonlyMap<string, string>) => void): void {
    for (const [name, value] of this.#whole()) call(value, name, this)
  }

  #whole(): ReadonlyMap<string, string> {
    this.#opened ??= new Map([...this[STORED]].map(([name, stored]) => [name, inClear(stored)]))
    return this.#opened
  }
}

/** The properties as they are stored. */
export function storedIn(properties: ReadonlyMap<string, string>): ReadonlyMap<string, Stored> {
  return STORED in properties ? (properties as SealedProperties)[STORED] : properties
}

/** Properties of stored values: a plain map, if none is encrypted. */
export function propertiesOf(stored: ReadonlyMap<string, Stored>): ReadonlyMap<string, string> {
  for (const value of stored.values()) if (typeof value !== 'string') return new SealedProperties(stored)
  return stored as ReadonlyMap<string, string>
}
