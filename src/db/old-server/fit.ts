import { Failure, orFailure } from '../../base/failure.ts'
import type { Paths } from '../../system/places.ts'
import { Descriptions, describeDatabase } from '../describe.ts'
import type { RecordDescription } from '../description.ts'
import { Draft } from '../draft.ts'
import { FORMATS, isPorts } from '../formats.ts'
import { completeDraft } from '../initialize.ts'
import type { Problem } from '../problem.ts'
import { type DbRecord, makeRecord, type Records, sortedMap } from '../record.ts'
import { recordsOf } from '../store.ts'
import { validateChanges } from '../validate.ts'
import { changed, elements, textIn, without } from './meaning.ts'
import type { Remark } from './remark.ts'

/** What says who may come in: a record that loses one of these would be open to more than it was. */
const NARROWING = [
  ...['AllowHosts', 'DenyHosts', 'ValidFrom', 'AllowUsers', 'AllowGroups', 'AllowedNetworks', 'DeniedNetworks'],
  ...['BasicAuthFile', 'ClientCA', 'Login', 'LoginGroups', 'clients'],
]

const PORTS = ['TCPPort', 'TCPPorts', 'UDPPort', 'UDPPorts']

/** Each round mends the first problem of each record. */
const ROUNDS = 100

/**
 * Makes records that come in fit their descriptions, as they will be once the first event has completed them: what does not
 * fit is dropped, closed or left behind, and told. So they stop no event.
 */
export function fit(
  places: Paths,
  incoming: ReadonlyMap<string, Map<string, DbRecord>>,
  tell: (remark: Remark) => void,
): void {
  const descriptions = new Descriptions(places)
  const after = new Map<string, Records>()
  const recordsIn = (name: string) => after.get(name) ?? recordsOf(places, name)
  for (const [database, records] of incoming) after.set(database, completed(places, database, records, descriptions))
  for (const record of incoming.get('configuration')?.values() ?? []) {
    const mended = fitService(record)
    if (mended === undefined) continue
    const { fate, how, becomes } = mended
    tell({ fate, database: 'configuration', key: record.key, how })
    incoming.get('configuration')?.set(record.key, becomes)
  }
  for (let round = 0; round < ROUNDS; round++) {
    let quiet = true
    for (const [database, records] of incoming) {
      const present = recordsOf(places, database)
      const all = completed(places, database, records, descriptions)
      after.set(database, all)
      const keys = [...all.keys()].filter(key => all.get(key) !== present.get(key))
      const problems = validateChanges(descriptions, database, present, all, keys, recordsIn)
      const mended = new Set<string>()
      for (const problem of problems) {
        const record = culprit(problem, records)
        if (record === undefined || mended.has(record.key)) continue
        mended.add(record.key)
        const { fate, how, becomes } = mend(record, problem, descriptions.of(database, record.key, record.type))
        tell({ fate, database, key: record.key, how })
        if (becomes === undefined) records.delete(record.key)
        else records.set(record.key, becomes)
        quiet = false
      }
    }
    if (quiet) return
  }
}

/** The records as the first event will find them. */
export function completed(
  places: Paths,
  database: string,
  records: ReadonlyMap<string, DbRecord>,
  descriptions: Descriptions,
): Records {
  const present = recordsOf(places, database)
  const draft = new Draft(sortedMap([...present, ...records]))
  const description = orFailure(() => describeDatabase(places, database))
  if (description !== undefined && !(description instanceof Failure))
    completeDraft(places, description, descriptions, draft)
  return draft.records()
}

/** The record that came in and causes a problem; undefined: none did. */
function culprit({ key, property, properties, twin }: Problem, records: ReadonlyMap<string, DbRecord>) {
  const names = properties ?? (property === undefined ? [] : [property])
  const record = records.get(key)
  if (record !== undefined && (names.length === 0 || names.some(name => record.properties.has(name)))) return record
  return (twin === undefined ? undefined : records.get(twin)) ?? record
}

/** How a record is mended. Without a record: it stays behind. */
type Mended = Pick<Remark, 'fate' | 'how'> & { readonly becomes: DbRecord | undefined }

function mend(record: DbRecord, problem: Problem, description: RecordDescription | undefined): Mended {
  const { property, properties, message } = problem
  const { key, type } = record
  const wanted = description?.type
  const leave = (): Mended => ({ fate: 'unsupported', how: `stays behind: ${message}`, becomes: undefined })
  if (property === undefined && properties === undefined) {
    if (type !== '' || wanted === undefined) return leave()
    return {
      fate: 'converted',
      how: `gets the type ${wanted}`,
      becomes: makeRecord(key, wanted, record.properties),
    }
  }
  if (property === 'access') return closeAccess(record, description)
  if (property === 'status') return closed(record, message)
  const names = (properties ?? [property ?? '']).filter(name => record.properties.has(name))
  if (names.length === 0) return leave()
  const narrows = names.find(name => NARROWING.includes(name))
  if (narrows !== undefined) {
    if (description?.properties.has('status') !== true) return leave()
    return closed(without(record, names), `${narrows} is dropped: ${message}`)
  }
  return { fate: 'converted', how: `${names.join(' and ')} dropped: ${message}`, becomes: without(record, names) }
}

function closed(record: DbRecord, why: string): Mended {
  return { fate: 'closed', how: `disabled, because ${why}`, becomes: changed(record, { status: 'disabled' }) }
}

/** There, a service can be open to this machine only (localhost), or to networks that are not known here. */
function closeAccess(record: DbRecord, description: RecordDescription | undefined): Mended {
  const why = `because access ${JSON.stringify(textIn(record, 'access'))} is not known`
  if (description?.properties.get('access')?.enum?.includes('none') === true)
    return { fate: 'closed', how: `gets access none, ${why}`, becomes: changed(record, { access: 'none' }) }
  const becomes = changed(record, { access: 'private', status: 'disabled' })
  return { fate: 'closed', how: `disabled, ${why}`, becomes }
}

/** The firewall reads the ports and hosts of every service, described or not. */
function fitService(record: DbRecord): (Mended & { readonly becomes: DbRecord }) | undefined {
  const isWrong = (name: string, accepts: (value: string) => boolean) => !elements(record, name).every(accepts)
  const ports = PORTS.filter(name => isWrong(name, isPorts))
  const ranges = ports.map(name => [name, elements(record, name).join().replaceAll('-', ':')] as const)
  const fitting = ranges.filter(([, value]) => value.split(',').every(isPorts))
  const hosts = ['AllowHosts', 'DenyHosts'].filter(name =>
    isWrong(name, value => FORMATS.networks?.accepts(value) === true),
  )
  if (ports.length + hosts.length === 0) return undefined
  const becomes = changed(without(record, [...ports, ...hosts]), Object.fromEntries(fitting))
  const lost = [...hosts, ...ports.filter(name => !fitting.some(([other]) => other === name))]
  if (hosts.length > 0) {
    const how = `disabled, because of ${lost.join(' and ')}: not all are addresses, networks or ports`
    return { fate: 'closed', how, becomes: changed(becomes, { status: 'disabled' }) }
  }
  const told = [
    ...fitting.map(([name, value]) => `${name} becomes ${value}`),
    ...lost.map(name => `${name} dropped: not a port`),
  ]
  return { fate: 'converted', how: told.join(', '), becomes }
}
