import { X509Certificate } from 'node:crypto'
import { Failure, refusal } from '../../../base/failure.ts'
import { readDiscovery } from '../gate/oidc/discovery.ts'
import { pem } from '../gate/saml/metadata.ts'
import { Rejected } from '../gate/saml/rejected.ts'
import { signedElement } from '../gate/saml/signed.ts'
import { attribute, childOf, DSIG, parseXml, serialize, textOf } from '../gate/saml/xml.ts'
import { askHttps } from '../https.ts'
import type { Protocol } from './facts.ts'

/** Where the metadata of a provider come from. */
export interface Source {
  readonly url: string
  readonly protocol: Protocol
  /** Of the certificate that signs them, SHA-256 in hexadecimal digits; undefined: HTTPS alone says whose they are. */
  readonly fingerprint: string | undefined
}

/**
 * Fetches the metadata of a provider, and checks whose they are.
 * @returns what may be stored: of signed metadata only what is signed
 * @throws Failure
 */
export async function fetchMetadata(source: Source, now: number): Promise<string> {
  const { status, body } = await askHttps(source.url)
  if (status !== 200) throw new Failure(`the provider answers ${status}`, { where: source.url })
  try {
    return checked(body.toString('utf8'), source, now)
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    throw refusal(`this is not taken: ${error.message}`, { where: source.url, hint: 'Nothing was changed.' })
  }
}

function checked(metadata: string, { url, protocol, fingerprint }: Source, now: number): string {
  if (protocol === 'saml') return checkedXml(metadata, fingerprint, now)
  const { issuer } = readDiscovery(metadata)
  // OpenID Connect Discovery 1.0, 4.3: else a provider could speak for another one.
  if (url !== `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
    throw new Rejected(`it is about ${issuer}, which has another address`)
  return metadata
}

function checkedXml(xml: string, fingerprint: string | undefined, now: number): string {
  const root = parseXml(xml)
  const believed = fingerprint === undefined ? root : signedElement(root, [signer(root, fingerprint)])
  const until = attribute(believed, 'validUntil')
  if (until !== undefined && !(Date.parse(until) > now)) throw new Rejected(`the metadata were valid until ${until}`)
  return fingerprint === undefined ? xml : `${serialize(believed)}\n`
}

/** The certificate with this fingerprint, which comes with the signature. */
function signer(root: Element, fingerprint: string): string {
  const signature = childOf(root, DSIG, 'Signature')
  if (signature === undefined)
    throw new Rejected('the metadata are not signed (without MetadataFingerprint, HTTPS alone counts)')
  const certificates = Array.from(signature.getElementsByTagNameNS(DSIG, 'X509Certificate')).map(one =>
    pem(textOf(one)),
  )
  const wanted = fingerprint.replaceAll(':', '').toUpperCase()
  const prints = certificates.map(one => new X509Certificate(one).fingerprint256)
  const found = certificates[prints.findIndex(one => one.replaceAll(':', '') === wanted)]
  if (found === undefined)
    throw new Rejected(`the metadata are signed by a certificate with the fingerprint ${prints.join(', ') || '(none)'}`)
  return found
}
