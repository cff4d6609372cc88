import { X509Certificate } from 'node:crypto'
import { sayDay } from '../../../base/time.ts'
import { ENDPOINTS, readDiscovery } from '../gate/oidc/discovery.ts'
import { readProvider } from '../gate/saml/metadata.ts'

/** What a provider speaks. */
export type Protocol = 'saml' | 'openid'

/**
 * What counts of the metadata of a provider, a line for each: name, keys, addresses.
 * @throws Rejected if they cannot be used
 */
export function factsOf(metadata: string, protocol: Protocol): string[] {
  if (protocol === 'openid') {
    const found = readDiscovery(metadata)
    return ['issuer', ...ENDPOINTS].flatMap(name => {
      const value = found[name as 'issuer']
      return value === undefined ? [] : [`${name} ${value}`]
    })
  }
  const { entityId, keys, login, logout } = readProvider(metadata)
  const addresses = logout === undefined ? [] : [`logout ${logout.request}`, `answers to a logout ${logout.response}`]
  return [`name ${entityId}`, ...keys.map(describeKey), `login ${login}`, ...addresses]
}

/** A key by the fingerprint of its certificate, as browsers and openssl write it. */
function describeKey(pem: string): string {
  const { fingerprint256, validTo, subject } = new X509Certificate(pem)
  return `key SHA-256 ${fingerprint256} (${subject.replaceAll('\n', ', ')}, until ${sayDay(new Date(validTo))})`
}

/** The lines that are not in both. */
export function differences(before: readonly string[], after: readonly string[]): string[] {
  return [
    ...before.filter(line => !after.includes(line)).map(line => `-${line}`),
    ...after.filter(line => !before.includes(line)).map(line => `+${line}`),
  ]
}
