import { X509Certificate } from 'node:crypto'
import { orUndefined } from '../../../base/failure.ts'
import { DAY, sayDay } from '../../../base/time.ts'
import { type Diagnosis, ok } from '../../../terminal/module.ts'
import { readDiscovery } from '../gate/oidc/discovery.ts'
import { type Provider, readProvider } from '../gate/saml/metadata.ts'
import { Rejected } from '../gate/saml/rejected.ts'
import type { parseSettings } from '../gate/settings.ts'

/** Days before the end of a certificate from which on it is told. */
const SOON = 30

const REFRESH = 'gabarit sso refresh (or save the document as sso Metadata), then: signal-event sso-update'
const NEW_METADATA = 'save the new metadata of the provider where sso Metadata has them, then: signal-event sso-update'

/** What the metadata of the provider say, and where it can be asked, if they can be read. */
export function checkProvider({ provider: metadata, openId, bindings }: ReturnType<typeof parseSettings>, now: number) {
  if (openId !== undefined) return checkDiscovery(metadata)
  const { provider, found } = readMetadata(metadata)
  if (provider === undefined) return { found }
  const all = [...found, ...checkCertificates(provider, now), ...checkAddresses(provider, bindings)]
  return { address: provider.login, found: all }
}

/** What the metadata of a provider of SAML say, if they can be read. */
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

/** What the document of a provider of OpenID Connect says, and where the gateway asks it. */
function checkDiscovery(json: string): { address?: string; found: readonly Diagnosis[] } {
  try {
    const { issuer, token_endpoint: address, end_session_endpoint: leaving } = readDiscovery(json)
    const tells = JSON.parse(json).backchannel_logout_supported === true
    const found: Diagnosis[] = [
      { level: 'ok', message: `the document is that of ${issuer}` },
      leaving === undefined
        ? warning('the provider has no address to log out: who leaves here stays logged in there', REFRESH)
        : { level: 'ok', message: `who leaves here is sent to ${leaving}` },
      tells
        ? { level: 'ok', message: 'the provider can tell of a logout' }
        : warning(
            'the provider does not tell of a logout, so sessions last for SessionHours',
            'switch on back-channel logout at the provider, then: gabarit sso refresh',
          ),
    ]
    return { address, found }
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    return { found: [{ level: 'error', message: error.message, command: REFRESH }] }
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
