import { X509Certificate } from 'node:crypto'
import { messageOf } from '../../base/failure.ts'
import { DAY, sayWhen } from '../../base/time.ts'
import type { DbRecord } from '../../db/record.ts'
import { readableDatabase } from '../../db/store.ts'
import { below, databaseFile } from '../../system/places.ts'
import { exists, readBytes } from '../../system/read-files.ts'
import { type CheckedServer, type Diagnosis, orOk } from '../../terminal/module.ts'
import { successorOf } from './world.ts'

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

/** Checks all certificate files named anywhere: whether they exist, and how long they are valid. */
export function certificates(patient: CheckedServer): readonly Diagnosis[] {
  const { places, now } = patient
  const seen = new Set<string>()
  const found = certificateRecords(patient).flatMap(({ key: owner, properties }) =>
    ['crt', 'CertificateChainFile', 'key'].flatMap((property): Diagnosis[] => {
      const path = properties.get(property) ?? ''
      if (path === '' || seen.has(path)) return []
      seen.add(path)
      const file = below(places, path)
      if (exists(file)) return property === 'key' ? [] : endOf(path, file, now)
      const message = `${owner} ${property}: ${path} does not exist`
      return [{ level: 'error', message, command: 'gabarit letsencrypt renew' }]
    }),
  )
  return orOk(found, 'the certificate files exist and are valid')
}

/** Records that name a certificate: modSSL, and domains and proxies with their own. */
function certificateRecords({ places, configuration }: CheckedServer): DbRecord[] {
  const others = ['domains', 'proxies'].flatMap(name => [
    ...(readableDatabase(databaseFile(places, name))?.values() ?? []),
  ])
  const common = configuration.get('modSSL')
  return common === undefined ? others : [common, ...others]
}

function endOf(path: string, file: string, now: number): Diagnosis[] {
  let end: number
  let soon: number
  try {
    const { validFrom, validTo } = new X509Certificate(readBytes(file))
    end = Date.parse(validTo)
    soon = Math.min(SOON, (end - Date.parse(validFrom)) / 4 / DAY)
  } catch (error) {
    const message = `${path} is not a certificate: ${messageOf(error)}`
    return [{ level: 'error', message, command: 'gabarit letsencrypt renew --force' }]
  }
  const left = (end - now) / DAY
  if (left >= soon) return []
  const over = left < 0
  const message = `${path} ${over ? 'expired' : 'expires'} ${sayWhen(new Date(end), now)}`
  return [{ level: over ? 'error' : 'warning', message, command: 'gabarit letsencrypt renew' }]
}
