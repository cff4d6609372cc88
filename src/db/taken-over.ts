import { shell } from '../base/quote.ts'
import type { FlatFile } from './flat-file.ts'
import { convertPortForwards } from './port-forwards.ts'
import { type DbRecord, makeRecord, type Records, sortedMap } from './record.ts'

/** Records of a flat file as they go into our databases. */
export interface TakenOver {
  readonly database: string
  readonly records: Records
  /** What was changed on the way. */
  readonly notes: readonly string[]
}

/**
 * What SME Server means by a flat file, in our words. Access is never wider than it was there: what cannot be kept is closed.
 * @param presentIn the records that are there now
 */
export function takeOver(database: string, file: FlatFile, presentIn: (database: string) => Records): TakenOver {
  const protocol = /^portforward_(tcp|udp)$/.exec(database)?.[1]
  if (protocol !== undefined) return { database: 'portforwards', ...convertPortForwards(protocol, file.records) }
  const records = new Map(file.records)
  const notes: string[] = []
  const note = (key: string, message: string) => notes.push(`record ${JSON.stringify(key)}: ${message}`)
  dropMeaningless(database, records, note)
  if (database === 'accounts') for (const record of file.records.values()) closeIbay(record, records, note)
  if (database === 'configuration') {
    const present = presentIn(database)
    renameWebServer(records, present, note)
    leaveLoginsAlone(records, present, note)
    closeUnknown(records, note)
  }
  return { database, records: sortedMap(records), notes }
}

type Note = (key: string, message: string) => void

const KINDS = ['none', 'local', 'local-pw', 'global', 'global-pw', 'global-pw-remote']

function closeIbay(record: DbRecord, records: Map<string, DbRecord>, note: Note): void {
  const { key, type, properties } = record
  if (type !== 'ibay') return
  const access = properties.get('PublicAccess') ?? ''
  if (!KINDS.includes(access)) {
    note(key, `its site is closed (PublicAccess none), because PublicAccess ${JSON.stringify(access)} is not known`)
    records.set(key, changed(record, { PublicAccess: 'none' }))
  } else if (access.includes('-pw') && !properties.has('BasicAuthFile'))
    note(
      key,
      `its site is closed until it has passwords (PublicAccess ${access}): htpasswd -B -c FILE NAME, then db accounts setprop ${key} BasicAuthFile FILE`,
    )
}

/** There, the web server has a record of another name, and HTTPS one of its own that older versions have not. */
function renameWebServer(records: Map<string, DbRecord>, present: Records, note: Note): void {
  const old = records.get('httpd-e-smith')
  if (old === undefined) return
  records.delete(old.key)
  if (records.has('httpd')) {
    note(old.key, 'dropped, because there is also a record "httpd"')
    return
  }
  const { access = 'public', status = 'enabled', TCPPort = '80' } = Object.fromEntries(old.properties)
  const known = access === 'public' || access === 'private'
  note(
    old.key,
    `becomes "httpd", with its access, status and TCPPort${known ? '' : `; disabled, because access ${JSON.stringify(access)} is not known`}`,
  )
  const kept = known ? { access, status } : { access: 'private', status: 'disabled' }
  records.set('httpd', changed(present.get('httpd') ?? makeRecord('httpd', 'service'), { ...kept, TCPPort }))
  const modSSL = records.get('modSSL') ?? present.get('modSSL') ?? makeRecord('modSSL', 'service')
  if (access === 'public' || modSSL.properties.has('access')) return
  note('modSSL', 'gets access private, as httpd-e-smith has it')
  records.set('modSSL', changed(modSSL, { access: 'private' }))
}

/** There, a service can be open to this machine only (localhost). The descriptions refuse it, and so would every event. */
function closeUnknown(records: Map<string, DbRecord>, note: Note): void {
  for (const record of ['modSSL', 'sshd'].flatMap(key => records.get(key) ?? [])) {
    const { key, properties } = record
    const access = properties.get('access') ?? 'public'
    if (['public', 'private', 'none'].includes(access)) continue
    note(
      key,
      `${key === 'sshd' ? 'gets access none' : 'disabled'}, because access ${JSON.stringify(access)} is not known`,
    )
    records.set(key, changed(record, key === 'sshd' ? { access: 'none' } : { access: 'private', status: 'disabled' }))
  }
}

/** Values of SME Server that mean nothing here. */
const MEANINGLESS: readonly { database: string; key?: string; property: string; value: RegExp; why: string }[] = [
  // There it says whether a hook runs, here which one.
  { database: 'configuration', key: 'letsencrypt', property: 'hookScript', value: /^[^/]/, why: 'a hook always runs' },
  { database: 'networks', property: 'Router', value: /^default$/, why: 'the network is reached directly' },
]

function dropMeaningless(database: string, records: Map<string, DbRecord>, note: Note): void {
  for (const { key, property, value, why, ...where } of MEANINGLESS)
    for (const record of records.values()) {
      const text = record.properties.get(property) ?? ''
      if (where.database !== database || (key ?? record.key) !== record.key || !value.test(text)) continue
      note(record.key, `${property} ${JSON.stringify(text)} is dropped: ${why}`)
      records.set(record.key, without(record, [property]))
    }
}

/** What decides who can log in, and where: taken over in silence, it could open this machine, or lock its administrator out. */
const LOGIN = ['TCPPort', 'PermitRootLogin', 'PasswordAuthentication', 'AllowUsers', 'AllowGroups', 'ListenAddress']

function leaveLoginsAlone(records: Map<string, DbRecord>, present: Records, note: Note): void {
  const record = records.get('sshd')
  const now = present.get('sshd')?.properties
  const differing = LOGIN.filter(name => {
    const value = record?.properties.get(name) ?? ''
    return value !== '' && value !== now?.get(name)
  })
  if (record === undefined || differing.length === 0) return
  const pairs = differing.map(name => `${name} ${shell(record.properties.get(name) ?? '')}`).join(' ')
  note(
    record.key,
    `logins stay as they are on this machine. If you want them as on the old one: config setprop sshd ${pairs}`,
  )
  const kept = Object.fromEntries([...(now ?? [])].filter(([name]) => LOGIN.includes(name)))
  records.set(record.key, changed(without(record, LOGIN), kept))
}

function changed({ key, type, properties }: DbRecord, values: Readonly<Record<string, string>>): DbRecord {
  return makeRecord(key, type, [...properties, ...Object.entries(values)])
}

function without({ key, type, properties }: DbRecord, names: readonly string[]): DbRecord {
  return makeRecord(
    key,
    type,
    [...properties].filter(([name]) => !names.includes(name)),
  )
}
