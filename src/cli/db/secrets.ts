import { Descriptions } from '../../db/describe.ts'
import type { DbRecord } from '../../db/record.ts'
import type { Call } from './call.ts'

/** Replaces a secret in text; in JSON it is null. */
export const MASK = '********'

/** Whether a property of a record is secret, or without a name, the type (the value of a scalar). */
export type IsSecret = (record: DbRecord, property?: string) => boolean

/** The secrets of the database according to its descriptions; none if secrets should be shown. */
export function secretsOf({ places, database, reveal }: Call): IsSecret {
  if (reveal) return () => false
  const descriptions = new Descriptions(places)
  return ({ key, type }, property) => {
    const known = descriptions.of(database, key, type)
    const part = property === undefined ? known?.scalar : known?.properties.get(property)
    return part?.secret === true
  }
}

/** The record with every secret masked. */
export function masked(record: DbRecord, isSecret: IsSecret): DbRecord {
  const shown = (name: string) => (isSecret(record, name) ? MASK : (record.properties.get(name) ?? ''))
  const properties = new Map([...record.properties.keys()].map(name => [name, shown(name)] as const))
  return { key: record.key, type: isSecret(record) ? MASK : record.type, properties }
}
