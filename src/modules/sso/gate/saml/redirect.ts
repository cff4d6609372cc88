import { createPublicKey, type KeyLike, sign, verify } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { Rejected } from './rejected.ts'
import { RSA_SHA256, SIGNATURES } from './signed.ts'
import { LARGEST } from './xml.ts'

/** The two parameters that can carry a message (SAML bindings 3.4). */
export type Carrier = 'SAMLRequest' | 'SAMLResponse'

/** A message that came in the query of an address. */
export interface Redirected {
  readonly xml: string
  readonly relayState: string | undefined
}

/**
 * The message in the query of an address (HTTP-Redirect), whose signature is about the bytes of the query as they came.
 * @param query without `?`
 * @throws Rejected if it is not signed by one of the keys
 */
export function readRedirect(query: string, carrier: Carrier, keys: readonly string[]): Redirected {
  const raw = rawParameters(query)
  const [message, algorithm, signature] = [raw.get(carrier), raw.get('SigAlg'), raw.get('Signature')]
  if (message === undefined) throw new Rejected(`the address has no ${carrier}`)
  if (algorithm === undefined || signature === undefined) throw new Rejected('the message is not signed')
  const hash = SIGNATURES.get(decoded(algorithm))
  if (hash === undefined) throw new Rejected(`the signature is of a kind that is not believed: ${decoded(algorithm)}`)
  const signed = [carrier, 'RelayState', 'SigAlg']
    .filter(name => raw.has(name))
    .map(name => `${name}=${raw.get(name)}`)
    .join('&')
  const bytes = Buffer.from(decoded(signature), 'base64')
  if (!keys.some(key => verify(hash, Buffer.from(signed), createPublicKey(key), bytes)))
    throw new Rejected('the signature of the message is not by a key of the provider')
  const relayState = raw.get('RelayState')
  return { xml: inflated(decoded(message)), relayState: relayState === undefined ? undefined : decoded(relayState) }
}

/** An address that carries a signed message. */
export function redirectUrl(
  to: string,
  carrier: Carrier,
  xml: string,
  relayState: string,
  privateKey: KeyLike,
): string {
  const message = deflateRawSync(xml).toString('base64')
  const parts = [
    [carrier, message],
    ['RelayState', relayState],
    ['SigAlg', RSA_SHA256],
  ].filter(([, value]) => value !== '')
  const signed = parts.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`).join('&')
  const signature = sign('sha256', Buffer.from(signed), privateKey).toString('base64')
  return `${to}${to.includes('?') ? '&' : '?'}${signed}&Signature=${encodeURIComponent(signature)}`
}

/** A few bytes can inflate to all memory (CVE-2025-25293). */
function inflated(base64: string): string {
  try {
    return inflateRawSync(Buffer.from(base64, 'base64'), { maxOutputLength: LARGEST }).toString('utf8')
  } catch {
    throw new Rejected('the message is not deflated, or too large')
  }
}

/** The parameters as they came. One that comes twice could be read by one reader here, and by another there. */
function rawParameters(query: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const part of query.split('&').filter(Boolean)) {
    const [name = '', ...rest] = part.split('=')
    if (parameters.has(name)) throw new Rejected(`the address has ${name} twice`)
    parameters.set(name, rest.join('='))
  }
  return parameters
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new Rejected('the address is not well formed')
  }
}
