import { escapeControls } from '../../base/escape-controls.ts'
import { usageFailure } from '../../base/failure.ts'
import { ownsFolder } from '../../db/change.ts'
import { Descriptions } from '../../db/describe.ts'
import type { Draft } from '../../db/draft.ts'
import { NOTHING_OWNED, OWNED, type OwnedValue, ownedIn, partId } from '../../db/owned.ts'
import type { DbRecord } from '../../db/record.ts'
import { type Paths, placesOn } from '../../system/places.ts'
import { answer, type Call, readRecords } from './call.ts'
import { MASK, secretsOf } from './secrets.ts'

/** Verbs that can say who has set a property. */
const VERBS = ['show', 'printprop', 'getprop']

/** `show`, `printprop` and `getprop` with `--origin`: each property with who has set it. */
export function showOrigins(call: Call, verb: string, [key, ...names]: readonly string[]): number {
  if (!VERBS.includes(verb) || call.layer !== undefined)
    throw usageFailure(`--origin is for ${VERBS.join(', ')} of the records of this host`)
  const owned = ownedIn(readOwned(call.places), call.database)
  const descriptions = new Descriptions(call.places)
  const isSecret = secretsOf(call)
  const records = readRecords(call)
  const found = key === undefined ? [...records.values()] : [records.get(key)].flatMap(record => record ?? [])
  const shown = found.map(record => {
    const originOf = originIn(record, owned, descriptions, call.database)
    const wanted = [...record.properties.keys()].filter(name => names.length === 0 || names.includes(name))
    const value = (name: string | null) => {
      if (isSecret(record, name ?? undefined)) return null
      return name === null ? record.type : (record.properties.get(name) ?? '')
    }
    const properties = wanted.map(name => [name, { value: value(name), origin: originOf(name) }] as const)
    return { key: record.key, type: value(null), origin: originOf(null), properties }
  })
  const line = (start: string, value: string | null, origin: string) =>
    escapeControls(`${start}=${value ?? MASK} (${origin})`)
  const lines = () =>
    shown.flatMap(({ key, type, origin, properties }) => [
      ...(verb === 'show' ? [line(key, type, origin)] : []),
      ...properties.map(([name, one]) => line(verb === 'show' ? `    ${name}` : name, one.value, one.origin)),
    ])
  const data = () =>
    shown.map(({ key, type, origin, properties }) => {
      const props = new Map(properties.map(([name, one]) => [name, one]))
      return new Map<string, string | null | typeof props>([
        ['name', key],
        ['type', type],
        ['origin', origin],
        ['props', props],
      ])
    })
  return answer(
    call,
    { lines, data, indented: true },
    shown.some(({ properties }) => verb === 'show' || properties.length > 0),
  )
}

/** Who has set the parts of a record: `here`, `default`, or a part of the fleet. Null: its type. */
function originIn(
  { key, type, properties }: DbRecord,
  owned: ReadonlyMap<string, OwnedValue>,
  descriptions: Descriptions,
  database: string,
): (property: string | null) => string {
  const described = descriptions.of(database, key, type)
  return property => {
    const value = property === null ? type : properties.get(property)
    const ours = owned.get(partId(key, property))
    if (ours !== undefined) return ours.value === value ? ours.from : `here, instead of ${ours.from}`
    const usual = property === null ? described?.type : described?.properties.get(property)?.default
    return usual === value ? 'default' : 'here'
  }
}

/** What a change does to properties that belong to the fleet, in words. */
export function changesOfFleet(call: Call, draft: Draft): string[] {
  if (!ownsFolder(call.places, call.database) || draft.changedKeys().length === 0) return []
  const values = [...ownedIn(readOwned(call.places), call.database).values()]
  return values.flatMap(({ key, property, value, from }) => {
    const partIn = (record: DbRecord | undefined) =>
      property === null ? record?.type : record?.properties.get(property)
    const [before, after] = [partIn(draft.before.get(key)), partIn(draft.get(key))]
    if (before === after || after === value) return []
    const what = property === null ? key : `${key} ${property}`
    return [`${what} belongs to the fleet (${from}): the next release sets it back, unless a controller adopts it`]
  })
}

function readOwned(places: Paths) {
  return OWNED.read(placesOn(places, places.files)) ?? NOTHING_OWNED
}
