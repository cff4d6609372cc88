import { X509Certificate } from 'node:crypto'
import { Failure, orUndefined } from '../base/failure.ts'
import { shortList } from '../base/short-list.ts'
import { DAY } from '../base/time.ts'
import { selfSigned } from '../system/openssl.ts'
import { below } from '../system/places.ts'
import { textOf } from '../system/read-files.ts'
import type { Context } from './context.ts'
import { databaseLoader } from './expand.ts'
import type { MadeFile } from './made.ts'

const FILE = '/var/lib/gabarit/ssl/self-signed.pem'

/** How long before it expires a new one is due, in milliseconds. */
const DUE = 30 * DAY

/** Names in one certificate: it is sent with each handshake, whose messages are limited. */
const MOST = 1000
/** How many of those left out a warning names. */
const SHOWN = 10
const CURVE = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
const NAME = /^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/

/** A new certificate, and the services that serve it. */
interface NewCertificate {
  readonly file: MadeFile
  readonly servedBy: readonly string[]
}

/**
 * Creates the certificate of web servers while they have no other: if it is missing, about to expire or lacks a name. Key
 * and certificate are in one file, so that the two always match.
 * @returns undefined if none is needed
 */
export async function newSelfSigned(context: Context): Promise<NewCertificate | undefined> {
  const configuration = databaseLoader(context)('configuration')
  const isOn = (service: string) => configuration.get(service)?.properties.get('status') === 'enabled'
  const servedBy = ['httpd', 'nginx', 'console-port'].filter(isOn)
  if (servedBy.length === 0) return undefined
  const domain = configuration.get('DomainName')?.type ?? ''
  const own = configuration.get('modSSL')?.properties.get('CommonName')
  const name = own || `${configuration.get('SystemName')?.type ?? ''}.${domain}`
  for (const word of [domain, name])
    if (!/^[A-Za-z0-9.-]+$/.test(word)) throw new Failure(`not a host name: ${JSON.stringify(word)}`)
  const served = namesServed(context)
  const all = [...new Set([name, domain, `*.${domain}`, ...served.filter(one => NAME.test(one))])]
  const names = all.slice(0, MOST)
  for (const one of served)
    if (!NAME.test(one))
      context.warn(`${JSON.stringify(one)} is not a host name: left out of the self-signed certificate`)
  if (all.length > MOST)
    context.warn(
      `the self-signed certificate has at most ${MOST} names. Left out: ${shortList(all.slice(MOST), SHOWN)}`,
    )
  if (isGood(textOf(below(context.places, FILE)), name, names)) return undefined
  const { key, certificate } = await selfSigned(commonName(name), 825, CURVE, [
    `subjectAltName=${names.map(one => `DNS:${one}`).join(', ')}`,
    'basicConstraints=critical,CA:FALSE',
    'extendedKeyUsage=serverAuth',
  ])
  const file = {
    path: FILE,
    content: key + certificate,
    mode: 0o600,
    folderMode: 0o700,
    secret: true,
    by: 'make-self-signed-certificate',
  }
  return { file, servedBy }
}

/** The names of sites, apart from those that a wildcard covers: domains with all below them, hosts and proxies of this server. */
function namesServed(context: Context): string[] {
  const load = databaseLoader(context)
  const records = (database: string, type: string) => [...load(database).values()].filter(one => one.type === type)
  const domains = records('domains', 'domain').map(({ key }) => key.toLowerCase())
  const hosts = records('hosts', 'host').filter(({ properties }) => properties.get('HostType') === 'Self')
  const proxies = records('proxies', 'proxy').filter(({ properties }) => properties.get('status') !== 'disabled')
  const aliases = proxies.flatMap(({ properties }) => (properties.get('Aliases') ?? '').split(/[\s,]+/))
  const all = new Set([
    ...domains.flatMap(one => [one, `*.${one}`]),
    ...[...hosts, ...proxies].map(({ key }) => key),
    ...aliases,
  ])
  const isCovered = (one: string) => !one.startsWith('*.') && all.has(one.replace(/^[^.]*/, '*'))
  return [...all].map(one => one.toLowerCase()).filter(one => one !== '' && (domains.includes(one) || !isCovered(one)))
}

/** A common name has at most 64 characters; clients use the alternative names anyway. */
function commonName(name: string): string {
  return name.slice(0, 64)
}

function isGood(text: string | undefined, name: string, names: readonly string[]): boolean {
  const present = orUndefined(() => new X509Certificate(text ?? ''))
  const has = new Set(present?.subjectAltName?.split(', '))
  const isFor = present?.subject === `CN=${commonName(name)}` && names.every(one => has.has(`DNS:${one}`))
  return isFor && Date.parse(present.validTo) > Date.now() + DUE
}
