import jsTokens from 'js-tokens'
import { escapeControls } from '../base/escape-controls.ts'
import { orUndefined } from '../base/failure.ts'
import type { Finding } from '../base/finding.ts'
import { nearestWord } from '../base/nearest.ts'
import { Descriptions, describedKeys } from '../db/describe.ts'
import type { Records } from '../db/record.ts'
import { readableDatabase } from '../db/store.ts'
import { databaseFile, type Paths } from '../system/places.ts'
import { readText } from '../system/read-files.ts'
import { positionFinder } from './position.ts'
import { parsePieces } from './tags.ts'

/** A mention of `config.RECORD` or `config.RECORD.PROPERTY`, with its offset. */
interface Mention {
  readonly record: string
  readonly property: string | undefined
  readonly offset: number
}

/** What a record has beside its properties. */
const OWN = ['key', 'type', 'properties', 'status']

/** Finds records and properties of the configuration that a fragment reads, and that nothing describes and nobody has set. */
export class ReadsLint {
  readonly #descriptions: Descriptions
  readonly #records: Records
  readonly #known: ReadonlySet<string>

  constructor(places: Paths) {
    this.#descriptions = new Descriptions(places)
    this.#records = readableDatabase(databaseFile(places, 'configuration')) ?? new Map()
    this.#known = new Set([...describedKeys(places, 'configuration'), ...this.#records.keys()])
  }

  /** The unknown names in one fragment. One that does not parse is another finding. */
  of(file: string): Finding[] {
    const source = readText(file)
    const placeOf = positionFinder(source)
    return (orUndefined(() => mentionsIn(source, file)) ?? []).flatMap(mention => {
      const problem = this.#problemOf(mention)
      if (problem === undefined) return []
      const { line, column } = placeOf(mention.offset)
      return [{ level: 'warning' as const, message: escapeControls(`${file}:${line}:${column}: ${problem}`) }]
    })
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

function mentionsIn(source: string, file: string): Mention[] {
  return parsePieces(source, file).flatMap(({ kind, source: code, start }) =>
    kind === 'text' ? [] : mentionsInCode(code).map(found => ({ ...found, offset: start + found.offset })),
  )
}

function mentionsInCode(code: string): Mention[] {
  let offset = 0
  const tokens = [...jsTokens(code)].flatMap(({ type, value }) => {
    const token = { type, value, offset }
    offset += value.length
    return /^(WhiteSpace|LineTerminatorSequence|.*Comment)$/.test(type) ? [] : [token]
  })
  const isDot = (at: number) => ['.', '?.'].includes(tokens[at]?.value ?? '')
  const nameAt = (at: number) =>
    isDot(at) && tokens[at + 1]?.type === 'IdentifierName' ? tokens[at + 1]?.value : undefined
  return tokens.flatMap(({ value, offset: at }, index) => {
    const record = nameAt(index + 1)
    if (value !== 'config' || isDot(index - 1) || record === undefined) return []
    return [{ record, property: nameAt(index + 3), offset: at }]
  })
}
