import { changeDatabase } from '../../db/change.ts'
import { byName } from '../../db/host-names.ts'
import type { DbRecord, Records } from '../../db/record.ts'
import { recordsOf } from '../../db/store.ts'
import { below, type Places } from '../../system/places.ts'
import type { Certificates } from './certificates.ts'
import { renewDays } from './renewal.ts'
import { PROPERTIES, type StoredCertificate } from './stored-certificate.ts'
import { nearestDomain } from './wanted.ts'
import { certificateState, type WantedCertificate } from './world.ts'

/** The databases whose records name certificates. */
const DATABASES = ['configuration', 'domains'] as const

/** What a record should contain: the files of a certificate, or none. */
export interface Assignment {
  readonly database: (typeof DATABASES)[number]
  readonly record: DbRecord
  readonly certificate: StoredCertificate | undefined
}

/**
 * Which record gets which certificate: modSSL that of the primary domain, else the first; and a domain its own if it is in
 * another one. A certificate that has not been issued yet changes nothing. A damaged one is removed, because no service would
 * start with it.
 */
export function assignments(certificates: Certificates): Assignment[] {
  const { wanted, world } = certificates
  const { places } = world
  const current = certificates.current()
  const damaged = new Set(certificates.damages().flatMap(({ crt }) => crt ?? []))
  const isDamaged = (record: DbRecord | undefined) => damaged.has(record?.properties.get('crt') ?? '')
  const assign = (database: Assignment['database'], record: DbRecord | undefined, name: string | undefined) => {
    const certificate = name === undefined ? undefined : current.get(name)
    if (record === undefined || (certificate === undefined && !isDamaged(record))) return []
    return [{ database, record, certificate }]
  }
  const configuration = recordsOf(places, 'configuration')
  const primary = configuration.get('DomainName')?.type.toLowerCase()
  const common = wanted.find(({ names }) => primary !== undefined && names.includes(primary)) ?? wanted[0]
  const isIssued = common !== undefined && current.has(common.name)
  const domains = byName(recordsOf(places, 'domains'))
  const others = [...domains.values()].flatMap((record): Assignment[] => {
    const { key, type, properties } = record
    if (type !== 'domain') return []
    const own = certificateOfDomain(domains, key, wanted)
    if (own !== undefined && own !== common) return assign('domains', record, own.name)
    // Certificates set by hand are kept.
    const isOver = isOurs(places, properties.get('crt')) && (isIssued || isDamaged(record))
    return isOver ? [{ database: 'domains', record, certificate: undefined }] : []
  })
  return [...assign('configuration', configuration.get('modSSL'), common?.name), ...others]
}

function certificateOfDomain(
  domains: Records,
  domain: string,
  wanted: readonly WantedCertificate[],
): WantedCertificate | undefined {
  const lower = domain.toLowerCase()
  return (
    wanted.find(({ names }) => names.includes(lower)) ??
    wanted.find(({ names }) => names.some(name => nearestDomain(domains, name) === lower))
  )
}

/** Whether it is a certificate file that gabarit has put into service. */
export function isOurs(places: Places, file: string | undefined): boolean {
  return file !== undefined && below(places, file).startsWith(`${certificateState(places).folder}/`)
}

/** The name of a record in our state: `configuration modSSL`. */
export function recordName({ database, record }: Assignment): string {
  return `${database} ${record.key}`
}

/**
 * The assignments that a person has undone: the record had one of our certificates and no longer does. That is how SME Server
 * returns to the self-signed certificate, so it is respected.
 * @param entered names of the records in which a certificate was set
 */
export function undone(places: Places, wanted: readonly Assignment[], entered: readonly string[]): Assignment[] {
  return wanted.filter(
    one =>
      one.certificate !== undefined &&
      entered.includes(recordName(one)) &&
      !isOurs(places, one.record.properties.get('crt')),
  )
}

/** The assignments that are not in the databases yet. */
export function missingAssignments(wanted: readonly Assignment[]): Assignment[] {
  return wanted.filter(({ record, certificate }) =>
    PROPERTIES.some(name => record.properties.get(name) !== certificate?.properties[name]),
  )
}

/**
 * Sets the certificates in the databases, each database in one transaction.
 * @returns the records that changed: `modSSL`, `example.org`
 */
export function enter(places: Places, wanted: readonly Assignment[]): string[] {
  const all = missingAssignments(wanted)
  return DATABASES.flatMap(database => {
    const open = all.filter(assignment => assignment.database === database)
    if (open.length === 0) return []
    changeDatabase(places, database, { command: 'gabarit letsencrypt' }, draft => {
      for (const { record, certificate } of open) {
        const { key } = record
        if (!draft.has(key)) continue
        draft.delprop(key, ...PROPERTIES)
        if (certificate !== undefined) draft.setprop(key, certificate.properties)
      }
      // dehydrated has a single RENEW_DAYS for all certificates.
      const days = wanted.flatMap(({ certificate }) => (certificate === undefined ? [] : [renewDays(certificate)]))
      if (database === 'configuration' && days.length > 0 && draft.has('letsencrypt'))
        draft.setprop('letsencrypt', 'RenewDays', String(Math.min(...days)))
    })
    return open.map(({ record }) => record.key)
  })
}

/**
 * Removes the certificates from the databases, so that the self-signed one is served. Deletes no certificate, and keeps what
 * was set by hand.
 * @param baseFolder of dehydrated: certificates in it also came from the authority
 */
export function removeCertificates(places: Places, baseFolder: string): void {
  const isBack = (crt: string | undefined) =>
    isOurs(places, crt) || (crt !== undefined && below(places, crt).startsWith(`${baseFolder}/`))
  for (const database of DATABASES) {
    const records = recordsOf(places, database)
    const named = [...records.values()].filter(({ properties }) => isBack(properties.get('crt')))
    if (named.length === 0) continue
    changeDatabase(places, database, { command: 'gabarit letsencrypt off' }, draft => {
      for (const { key } of named) draft.delprop(key, ...PROPERTIES)
    })
  }
}
