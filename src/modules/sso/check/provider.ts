import { X509Certificate } from 'node:crypto'
import { orUndefined } from '../../../base/failure.ts'
import { DAY, sayDay } from '../../../base/time.ts'
import { type Diagnosis, ok } from '../../../terminal/module.ts'
import { type Provider, readProvider } from '../gate/saml/metadata.ts'
import { Rejected } from '../gate/saml/rejected.ts'

/** Days before the end of a certificate from which on it is told. */
const SOON = 30

const NEW_METADATA = 'save the new metadata of the provider where sso Metadata has them, then: signal-event sso-update'

/** What the metadata of the provider say, if they can be read. */
export function readMetadata(xml: string): { provider?: Provider; found: readonly Diagnosis[] } {
  try {
    const provider = readProvider(xml)
    return { provider, found: ok(`the metadata are those of ${provider.entityId}`) }
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    return {
      found: [{ level: 'error', message: `the metadata cannot be used: ${error.message}`, command: NEW_METADATA }],
    }
  }
}

/** The certificates whose keys the provider signs with. Only their keys count, but a new one comes before an old one ends. */
export function checkCertificates({ keys }: Provider, now: number): Diagnosis[] {
  return keys.map(pem => {
    const certificate = new X509Certificate(pem)
    const [from, until] = [new Date(certificate.validFrom), new Date(certificate.validTo)]
    const name = orUndefined(() => /(?:^|\n)CN=(.*)/.exec(certificate.subject)?.[1]) ?? certificate.serialNumber
    const key = `its certificate ${name} (SHA-256 ${certificate.fingerprint256.slice(0, 23)}…)`
    const day = sayDay(until)
    if (now > until.getTime()) return warning(`${key} has expired on ${day}: it may sign with a new one`, NEW_METADATA)
    if (now < from.getTime()) return warning(`${key} is not valid before ${sayDay(from)}: is the clock right?`, 'date')
    if (until.getTime() - now < SOON * DAY) return warning(`${key} expires on ${day}`, NEW_METADATA)
    return { level: 'ok', message: `${key} is valid until ${day}` }
  })
}

/** Where browsers are sent. */
export function checkAddresses({ login, logout }: Provider, bindings: readonly string[]): Diagnosis[] {
  const plain = [login, logout?.request, logout?.response].find(url => url?.startsWith('http:'))
  const insecure =
    plain === undefined
      ? []
      : [warning(`browsers are sent to ${plain}, without HTTPS`, 'ask the provider for addresses with HTTPS')]
  const leaving =
    logout === undefined
      ? warning(
          'the provider takes no logout by HTTP-Redirect: who leaves here stays logged in there',
          'switch on Single Logout at the provider, and save its new metadata',
        )
      : { level: 'ok' as const, message: `who leaves here is sent to ${logout.request}` }
  const coming: Diagnosis =
    bindings.length === 0
      ? warning(
          'the provider cannot tell of a logout',
          'config setprop sso LogoutBindings redirect,soap; signal-event sso-update',
        )
      : { level: 'ok', message: `the provider may tell of a logout by ${bindings.join(' and ')}` }
  return [...insecure, leaving, coming]
}

function warning(message: string, command: string): Diagnosis {
  return { level: 'warning', message, command }
}
