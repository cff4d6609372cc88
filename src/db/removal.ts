import { unlessFailed } from '../base/failure.ts'
import { shell } from '../base/quote.ts'
import { databaseFile } from '../system/places.ts'
import { listDatabases } from './all-databases.ts'
import type { Descriptions } from './describe.ts'
import { elementsOf } from './description.ts'
import { nameOf } from './host-names.ts'
import type { DbRecord, Records } from './record.ts'
import { readableDatabase, recordsOf } from './store.ts'

/** How many records a refusal names. */
const SHOWN = 10

/**
 * Why a record must stay, each reason with the command that ends it: the primary domain, what is marked as on SME Server, and what
 * other records name. A record with a description of its own comes back with its defaults.
 * @param after the records of its database without it
 */
export function removalProblems(
  descriptions: Descriptions,
  database: string,
  record: DbRecord,
  after: Records,
): string[] {
  if (database === 'domains' && record.type === 'domain') {
    const primary = recordsOf(descriptions.places, 'configuration').get('DomainName')?.type
    if (primary?.toLowerCase() === nameOf(record)) {
      const [other = 'NAME', ...more] = [...after.values()].flatMap(({ key, type }) => (type === 'domain' ? [key] : []))
      const next = more.length === 0 ? shell(other) : 'NAME'
      return [
        `it is the primary domain, so it must stay. First make another one primary: config set DomainName ${next}`,
      ]
    }
  }
  if (record.properties.get('Removable') === 'no')
    return [`it must stay (Removable is no). If you mean it: db ${database} setprop ${shell(record.key)} Removable yes`]
  if (descriptions.ofRecord(database, record.key) !== undefined) return []
  const users = usersOf(descriptions, database, record, after)
  const more = users.length > SHOWN ? [`it is named by ${users.length - SHOWN} more`] : []
  return [...users.slice(0, SHOWN), ...more]
}

/** The records that name it in a property that refers to its kind. */
function usersOf(descriptions: Descriptions, database: string, { key, type }: DbRecord, after: Records): string[] {
  const { places } = descriptions
  return listDatabases(places).flatMap(name => {
    const records = name === database ? after : readableDatabase(databaseFile(places, name))
    return [...(records?.values() ?? [])].flatMap(user => {
      // A damaged description is told by lint, and this change is about another record.
      const known = unlessFailed(() => descriptions.of(name, user.key, user.type))
      const described = [...(known?.properties ?? [])]
      return described.flatMap(([property, { reference, list, default: usual = key }]) => {
        if (reference?.database !== database || (reference.type ?? type) !== type) return []
        const words = elementsOf(user.properties.get(property) ?? '', list)
        if (!words.includes(key) || reference.or?.includes(key)) return []
        const others = words.filter(word => word !== key).join(list)
        const value = shell(others || (usual === key ? '' : usual))
        const ways = `db ${name} setprop ${shell(user.key)} ${property} ${value}`
        return [`it is the ${property} of ${user.key} in ${name}. First: ${ways}`]
      })
    })
  })
}
