import { escapeControls } from '../base/escape-controls.ts'
import { orUndefined } from '../base/failure.ts'
import type { Finding } from '../base/finding.ts'
import { nearestWord } from '../base/nearest.ts'
import { allDatabases } from '../db/all-databases.ts'
import { Descriptions, describedKeys } from '../db/describe.ts'
import { COMMON, propertyTypos } from '../db/problem.ts'
import type { DbRecord, Records } from '../db/record.ts'
import { readableDatabase } from '../db/store.ts'
import { databaseFile, type Paths } from '../system/places.ts'
import { readText } from '../system/read-files.ts'
import { positionFinder } from './position.ts'
import { parsePieces } from './tags.ts'
import { type Token, tokensOf } from './tokens.ts'

/** A mention of `config.RECORD` or `config.RECORD.PROPERTY`, with its offset. */
interface Mention {
  readonly record: string
  readonly property: string | undefined
  readonly offset: number
}

const WORD = /[\w-]+/g

/** What a record has beside its properties. */
const OWN = ['key', 'type', 'properties', 'status']

/** Finds records and properties of the configuration that a fragment reads, and that nothing describes and nobody has set. */
export class ReadsLint {
  readonly #descriptions: Descriptions
  readonly #records: Records
  readonly #known: ReadonlySet<string>
  readonly #places: Paths
  /** All words of fragments and of what else reads databases. */
  readonly #words = new Set<string>()
  /** Records of which a fragment takes all properties, whatever their names. */
  readonly #whole = new Set<string>()

  constructor(places: Paths) {
    this.#places = places
    this.#descriptions = new Descriptions(places)
    this.#records = readableDatabase(databaseFile(places, 'configuration')) ?? new Map()
    this.#known = new Set([...describedKeys(places, 'configuration'), ...this.#records.keys()])
  }

  /** Takes a file into account that may read properties, such as an action. */
  also(file: string): void {
    for (const word of readText(file).match(WORD) ?? []) this.#words.add(word)
  }

  /** The unknown names in one fragment. One that does not parse is another finding. */
  of(file: string): Finding[] {
    const source = readText(file)
    const placeOf = positionFinder(source)
    const pieces = orUndefined(() => parsePieces(source, file)) ?? []
    return pieces.flatMap(({ kind, source: code, start }) => {
      if (kind === 'text') return []
      const tokens = tokensOf(code)
      for (const { value } of tokens) for (const word of value.match(WORD) ?? []) this.#words.add(word)
      return mentionsIn(tokens).flatMap(mention => {
        if (mention.property === 'properties') this.#whole.add(mention.record)
        const problem = this.#problemOf(mention)
        if (problem === undefined) return []
        const { line, column } = placeOf(start + mention.offset)
        return [{ level: 'warning' as const, message: escapeControls(`${file}:${line}:${column}: ${problem}`) }]
      })
    })
  }

  /** Properties of described records that are neither described nor mentioned in any of the files seen so far. */
  unread(): Finding[] {
    return allDatabases(this.#places).flatMap(database =>
      [...(readableDatabase(databaseFile(this.#places, database))?.values() ?? [])].flatMap(record =>
        (orUndefined(() => this.#unreadOf(database, record)) ?? []).map(name => ({
          level: 'warning' as const,
          message: escapeControls(
            `${database}: ${record.key}: nothing describes the property "${name}", and no fragment reads it`,
          ),
        })),
      ),
    )
  }

  #unreadOf(database: string, record: DbRecord): string[] {
    const described = this.#descriptions.of(database, record.key, record.type)?.properties
    if (described === undefined || (database === 'configuration' && this.#whole.has(record.key))) return []
    const others = [...record.properties.keys()].filter(name => !described.has(name) && !COMMON.includes(name))
    // A probable typo is another finding.
    return others.filter(
      name => !this.#words.has(name) && propertyTypos(this.#descriptions, database, record, [name]).length === 0,
    )
  }

  #problemOf({ record: name, property }: Mention): string | undefined {
    const record = this.#records.get(name)
    const description = orUndefined(() => this.#descriptions.of('configuration', name, record?.type ?? ''))
    if (!this.#known.has(name) && description === undefined)
      return `config.${name}: there is no record "${name}" in the configuration, and nothing describes one${hint(name, this.#known)}`
    if (property === undefined || description?.scalar !== undefined || OWN.includes(property)) return undefined
    const names = [...(description?.properties.keys() ?? []), ...(record?.properties.keys() ?? [])]
    if (names.length === 0 || names.includes(property)) return undefined
    return `config.${name}.${property}: nothing describes a property "${property}" of ${name}, and it is not set${hint(property, names)}`
  }
}

function hint(name: string, known: Iterable<string>): string {
  const nearest = nearestWord(name, known)
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`
}

function mentionsIn(tokens: readonly Token[]): Mention[] {
  const isDot = (at: number) => ['.', '?.'].includes(tokens[at]?.value ?? '')
  const nameAt = (at: number) =>
    isDot(at) && tokens[at + 1]?.type === 'IdentifierName' ? tokens[at + 1]?.value : undefined
  return tokens.flatMap(({ value, offset }, index) => {
    const record = nameAt(index + 1)
    if (value !== 'config' || isDot(index - 1) || record === undefined) return []
    return [{ record, property: nameAt(index + 3), offset }]
  })
}
