import type { X509Certificate } from 'node:crypto'
import { compareFiles, oneLine, readCertificates } from '../../base/certificate.ts'
import { Failure, orFailure } from '../../base/failure.ts'
import { DAY, sayTime, sayWhen } from '../../base/time.ts'
import { tellsPasswords } from '../../commit/certificates.ts'
import type { DbRecord } from '../../db/record.ts'
import { readableDatabase } from '../../db/store.ts'
import { below, databaseFile } from '../../system/places.ts'
import { bytesOf, exists, readText } from '../../system/read-files.ts'
import { splitList } from '../../template/text.ts'
import { type CheckedServer, type Diagnosis, orOk } from '../../terminal/module.ts'
import { isOurs } from './deploy.ts'
import { PROPERTIES } from './stored-certificate.ts'
import { successorOf } from './world.ts'
import { namesOf } from './x509.ts'

/** Version 1 of the protocol was shut down in June 2021, but SME Server databases still name it. */
export function acmeAddress({ configuration }: CheckedServer): readonly Diagnosis[] {
  const properties = configuration.get('letsencrypt')?.properties
  return orOk(
    ['ProductionCA', 'TestCA'].flatMap((property): Diagnosis[] => {
      const value = properties?.get(property) ?? ''
      const alive = successorOf(value)
      if (alive === undefined) return []
      const message = `letsencrypt ${property} is ${value}, which no longer answers`
      return [{ level: 'error', message, command: `config setprop letsencrypt ${property} ${alive}` }]
    }),
    'the URLs of the certificate authorities are current',
  )
}

/** Certificates that expire within this many days, or a quarter of their lifetime, should have been renewed. */
const SOON = 21

/** A record that names a certificate. */
interface Owner {
  readonly record: DbRecord
  /** The host names that visitors ask for. The certificate is for one of them, or for names below. */
  readonly names: readonly (string | undefined)[]
  /** The command that stops serving it. */
  readonly drop: string
}

/** Checks all certificate files named anywhere: whether they exist, belong together, and how long they are valid. */
export function certificates(patient: CheckedServer): readonly Diagnosis[] {
  const found = new Map(ownersOf(patient).flatMap(owner => problemsOf(owner, patient).map(one => [one.message, one])))
  return orOk([...found.values()], 'the certificate files exist, belong together and are valid')
}

/** Records that name a certificate: modSSL, and domains and proxies with their own. */
function ownersOf({ places, configuration }: CheckedServer): Owner[] {
  const files = PROPERTIES.join(' ')
  const records = (database: string) => [...(readableDatabase(databaseFile(places, database))?.values() ?? [])]
  const common = configuration.get('modSSL')
  const primary = configuration.get('DomainName')?.type
  const server = primary && `${configuration.get('SystemName')?.type}.${primary}`
  return [
    ...(common === undefined
      ? []
      : [{ record: common, names: [primary, server], drop: `config delprop modSSL ${files}` }]),
    ...['domains', 'proxies'].flatMap(database =>
      records(database).map(record => ({
        ...{ record, names: [record.key, ...splitList(record.properties.get('Aliases'), ',')] },
        drop: `db ${database} delprop ${record.key} ${files}`,
      })),
    ),
  ]
}

function problemsOf({ record, names, drop }: Owner, { places, now, configuration }: CheckedServer): Diagnosis[] {
  const pathOf = (property: (typeof PROPERTIES)[number]) => record.properties.get(property) || undefined
  const missing = PROPERTIES.flatMap((property): Diagnosis[] => {
    const path = pathOf(property)
    if (path === undefined || exists(below(places, path))) return []
    const message = `${record.key} ${property}: ${path} does not exist, so its certificate is not served`
    const status = configuration.get('letsencrypt')?.properties.get('status') ?? 'disabled'
    const isOrdered = status !== 'disabled' && record.type !== 'proxy'
    return [{ level: 'error', message, command: isOrdered ? 'gabarit letsencrypt setup' : drop }]
  })
  const [crt, key, chain] = PROPERTIES.map(pathOf)
  if (crt === undefined || missing.length > 0) return missing
  const read = (path: string) => bytesOf(below(places, path))
  const apache = read('/etc/httpd/conf/httpd.conf')?.toString('utf8') ?? ''
  const leaf = orFailure(() => compareFiles({ crt, key, chain, strict: !tellsPasswords(apache) }, read))
  if (leaf instanceof Failure) {
    const command = leaf.hint ?? (isOurs(places, crt) ? 'gabarit letsencrypt renew' : drop)
    return [{ level: 'error', message: `${leaf.where}: ${leaf.message}`, command }]
  }
  const issuers = chain === undefined ? [] : readCertificates(readText(below(places, chain)), chain).slice(0, 1)
  return [
    ...otherNames(crt, leaf, names, drop),
    ...endOf(crt, leaf, now),
    ...issuers.flatMap(issuer => endOf(chain ?? crt, issuer, now)),
  ]
}

function otherNames(path: string, leaf: X509Certificate, names: Owner['names'], drop: string): Diagnosis[] {
  const wanted = names.filter(name => name !== undefined)
  const found = namesOf(leaf)
  const isFor = (name: string) => leaf.checkHost(name) !== undefined || found.some(one => one.endsWith(`.${name}`))
  if (wanted.length === 0 || wanted.some(name => isFor(name.toLowerCase()))) return []
  const message = `${path}: this certificate is for ${found.join(', ') || oneLine(leaf.subject)}, not for ${wanted[0]}`
  return [{ level: 'error', message, command: drop }]
}

function endOf(path: string, { validFrom, validTo }: X509Certificate, now: number): Diagnosis[] {
  const end = Date.parse(validTo)
  const soon = Math.min(SOON, (end - Date.parse(validFrom)) / 4 / DAY)
  const left = (end - now) / DAY
  const begin = Date.parse(validFrom)
  if (begin > now)
    return [{ level: 'error', message: `${path} is not valid before ${sayTime(validFrom)}`, command: 'date' }]
  if (left >= soon) return []
  const over = left < 0
  const message = `${path} ${over ? 'expired' : 'expires'} ${sayWhen(new Date(end), now)}`
  return [{ level: over ? 'error' : 'warning', message, command: 'gabarit letsencrypt renew' }]
}
