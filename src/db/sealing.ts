import { cached } from '../base/cached.ts'
import { type DatabaseFile, type Paths, placesOn } from '../system/places.ts'
import { readText } from '../system/read-files.ts'
import { machineKey } from '../system/secrets/machine-key.ts'
import { openText, sealText } from '../system/secrets/seal.ts'
import { SWITCH } from '../system/secrets/switch.ts'
import { Descriptions } from './describe.ts'
import type { RecordDescription } from './description.ts'
import { type DbRecord, isSealed, type Records, recordOf, storedType, storedValues } from './record.ts'
import { inClear, type Opening, Sealed, type Stored, storedIn } from './stored.ts'

/** How secrets are stored. */
export type StoredForm = 'encrypted' | 'plain'

type Own = NonNullable<DatabaseFile['of']>

/** How this machine stores secrets from now on. Undefined: nobody has decided. */
export function wantedForm({ places }: Pick<Own, 'places'>): StoredForm | undefined {
  return SWITCH.read(placesOn(places, places.files))?.stored
}

const openings = new WeakMap<Paths['files'], Map<string, Opening>>()

/** Opens the values of a database; undefined: it is none of this machine. */
export function openingOf(of: Own | undefined): Opening | undefined {
  if (of === undefined) return undefined
  const { places, name, part } = of
  const mine = cached(openings, places.files, () => new Map<string, Opening>())
  return cached(mine, `${places.stateFolder}\0${part ?? ''}\0${name}`, () => (sealed, key, property) => {
    const what = nameOfValue(of, key, property)
    const verb = property === null ? `set ${key}` : `setprop ${key} ${property}`
    const [kind, host] = part?.split('/') ?? []
    const options = part === undefined ? '' : ` --fleet${host === undefined ? '' : ` --${kind} ${host}`}`
    const hint = `To set it again: db${options} ${name} ${verb} VALUE`
    return openText(sealed, placeOf(of, key, property), places, what, hint)
  })
}

/** `configuration backup Passphrase`, or `fleet group web: configuration backup Passphrase`. @param property null: the type */
export function nameOfValue({ name, part }: Pick<Own, 'name' | 'part'>, key: string, property: string | null): string {
  return `${part === undefined ? '' : `fleet ${part.replace('/', ' ')}: `}${[name, key, property ?? []].flat().join(' ')}`
}

/** Where a value is, so that it cannot be opened elsewhere. */
function placeOf({ name, part }: Own, key: string, property: string | null) {
  return part === undefined ? ['database', name, key, property] : ['fleet', part, name, key, property]
}

/**
 * The records as they go to the disk. What has changed and is described as secret is encrypted, if this machine does so.
 * @param of the database; undefined: it is none of this machine
 * @param all how to store all records, changed or not; default: only what has changed, as the machine does it
 */
export function inStoredForm(
  of: Own | undefined,
  before: Records,
  records: Records,
  all: StoredForm | undefined,
): Records {
  if (of === undefined) return records
  const form = all ?? wantedForm(of) ?? (hasSealed(records) ? 'encrypted' : 'plain')
  if (form === 'plain') return all === undefined ? records : openedRecords(records)
  const seal = sealer(of, all !== undefined)
  return mapped(records, record => (all === undefined && before.get(record.key) === record ? record : seal(record)))
}

/** Encrypts the values of a record that are described as secret. The identity is only read if there is one. */
function sealer(of: Own, all: boolean): (record: DbRecord) => DbRecord {
  const { places, name } = of
  const descriptions = all ? secretDescriptions(places) : new Descriptions(places)
  return record => {
    const plain = plainSecrets(name, record, descriptions)
    if (plain.length === 0) return record
    const key = machineKey(places)
    return withStored(record, (property, stored) => {
      if (!plain.includes(property)) return stored
      const value = inClear(stored)
      return new Sealed(sealText(key, value, placeOf(of, record.key, property)), () => value)
    })
  }
}

/** Properties of a record that are described as secret, have a value, and are stored in clear; null: its type. */
export function plainSecrets(database: string, record: DbRecord, descriptions: Descriptions): (string | null)[] {
  if (!descriptions.describes(database)) return []
  const isPlain = ([, stored]: readonly [unknown, Stored]) => typeof stored === 'string' && stored !== ''
  const plain = storedValues(record).filter(isPlain)
  if (plain.length === 0) return []
  const description = descriptions.of(database, record.key, record.type)
  return plain.map(([property]) => property).filter(property => isSecret(description, property))
}

/** @param property null: the value of a scalar */
export function isSecret(description: RecordDescription | undefined, property: string | null): boolean {
  const part = property === null ? description?.scalar : description?.properties.get(property)
  return part?.secret === true
}

/** The descriptions that have a secret. Most have none, and parsing all of them would cost an event more than its own work. */
export function secretDescriptions(places: Paths): Descriptions {
  return new Descriptions(places, path => /"secret"|\\u/.test(readText(path)))
}

/** The same records with all values in clear. @throws Failure if one cannot be opened */
export function openedRecords(records: Records): Records {
  return mapped(records, record => (isSealed(record) ? withStored(record, (_, stored) => inClear(stored)) : record))
}

function hasSealed(records: Records): boolean {
  return [...records.values()].some(isSealed)
}

function withStored(record: DbRecord, change: (property: string | null, stored: Stored) => Stored): DbRecord {
  const values = [...storedIn(record.properties)].map(([name, stored]) => [name, change(name, stored)] as const)
  return recordOf(record.key, change(null, storedType(record)), new Map(values))
}

/** The same records, if the function changes none. */
function mapped(records: Records, change: (record: DbRecord) => DbRecord): Records {
  return new Map([...records].map(([key, record]) => [key, change(record)]))
}
