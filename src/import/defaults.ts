import { join } from 'node:path'
import { plural } from '../base/plural.ts'
import { encodeName } from '../db/describe.ts'
import { convert } from '../db/old-server/take-over.ts'
import { type DbRecord, makeRecord, type Records, sortedMap } from '../db/record.ts'
import type { Paths } from '../system/places.ts'
import { DATABASE_NAME } from '../system/places.ts'
import { remarkLine } from './databases.ts'
import type { OwnDescriptions } from './own-descriptions.ts'
import { type Line, type Part, plainFile, SITE, together, type WantedFile } from './part.ts'
import { E_SMITH, type OldServer } from './source.ts'

const FOLDER = join(E_SMITH, 'db')

/** The names of the databases that an old server or a package has defaults, forced values or migrations for. */
export function settingsFolders({ tree }: OldServer): string[] {
  return tree.names(FOLDER).filter(name => DATABASE_NAME.test(name) && tree.kind(join(FOLDER, name)) === 'folder')
}

/** Defaults and forced values, as descriptions. */
export function defaults(old: OldServer, places: Paths, own: OwnDescriptions): Part {
  return together(
    settingsFolders(old).map(database => {
      const [defaults, forced] = [valuesIn(old, database, 'defaults'), valuesIn(old, database, 'force')]
      const lines: Line[] = []
      const meant = (values: Records) => {
        const { databases, remarks } = convert(places, new Map([[database, values]]))
        for (const remark of remarks)
          lines.push({ ...remarkLine(remark), what: join(FOLDER, database, 'defaults', remark.key) })
        return databases
      }
      const [usual, always] = [meant(defaults), meant(forced)]
      const names = new Set([...usual.keys(), ...always.keys()])
      const wanted = [...names].flatMap(name => {
        const parts = { defaults: usual.get(name) ?? new Map(), forced: always.get(name) ?? new Map() }
        return described(name, parts, own, lines)
      })
      return { lines, wanted }
    }),
  )
}

interface Values {
  readonly defaults: Records
  readonly forced: Records
}

function described(database: string, { defaults, forced }: Values, ours: OwnDescriptions, lines: Line[]): WantedFile[] {
  const keys = sortedMap([...defaults.keys(), ...forced.keys()].map(key => [key, key] as const))
  return [...keys.keys()].flatMap(key => {
    const what = join(FOLDER, database, '*', key)
    const [usual, always] = [defaults.get(key), forced.get(key)]
    const names = [...(usual?.properties.keys() ?? []), ...(always?.properties.keys() ?? [])]
    const own = names.filter(name => ours.has(database, key, name))
    if (own.length > 0)
      lines.push({ fate: 'unsupported', what, how: `gabarit has its own defaults of ${own.join(', ')}` })
    const rest = [...new Set(names)].filter(name => !own.includes(name))
    const data = descriptionOf(usual, always, rest, names.length === 0, ours.has(database, key))
    if (data === undefined) return []
    const path = join(SITE, 'db', database, encodeName('record', key))
    lines.push({
      fate: 'converted',
      what,
      how: `becomes ${path}${rest.length === 0 ? '' : `, with ${plural(rest.length, 'property', 'properties')}`}`,
    })
    return [plainFile(path, `${JSON.stringify(data, null, 2)}\n`)]
  })
}

/** @param isScalar whether the record has no properties, so that its type is its value */
function descriptionOf(
  usual: DbRecord | undefined,
  always: DbRecord | undefined,
  names: readonly string[],
  isScalar: boolean,
  isKnown: boolean,
): object | undefined {
  const type = always?.type || usual?.type || ''
  if (isScalar) {
    if (isKnown) return undefined
    const forced = always === undefined ? {} : { forced: always.type }
    return { scalar: { ...(usual === undefined ? {} : { default: usual.type }), ...forced, empty: true } }
  }
  if (names.length === 0) return undefined
  const properties = names.map(name => {
    const [value, forced] = [usual?.properties.get(name), always?.properties.get(name)]
    return [name, { ...(value === undefined ? {} : { default: value }), ...(forced === undefined ? {} : { forced }) }]
  })
  // What gabarit describes keeps its type.
  return { ...(isKnown || type === '' ? {} : { type }), properties: Object.fromEntries(properties) }
}

/** The records that the files of a folder say: `KEY/PROPERTY` holds a value, less one newline at its end. */
function valuesIn({ tree }: OldServer, database: string, kind: string): Records {
  const folder = join(FOLDER, database, kind)
  const keys = tree.names(folder).filter(key => !key.startsWith('.') && tree.kind(join(folder, key)) === 'folder')
  const records = keys.map(key => {
    const names = tree.names(join(folder, key)).filter(name => !name.startsWith('.'))
    const values = names.flatMap((name): [string, string][] => {
      const text = tree.read(join(folder, key, name))?.toString('utf8')
      return text === undefined ? [] : [[name, text.replace(/\n$/, '')]]
    })
    const type = values.find(([name]) => name === 'type')?.[1] ?? ''
    return makeRecord(
      key,
      type,
      values.filter(([name]) => name !== 'type'),
    )
  })
  return sortedMap(records.map(record => [record.key, record]))
}
