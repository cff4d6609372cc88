import type { KeyLike } from 'node:crypto'
import { SignedXml } from 'xml-crypto'
import { Rejected } from './rejected.ts'
import { attribute, childOf, childrenOf, DSIG, isNamed, parseXml, serialize } from './xml.ts'

const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'
export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'

/** What is believed. No SHA-1, no HMAC (its key would be our copy of the public one), no comments in what is signed. */
const HASHES = [SHA256, 'http://www.w3.org/2001/04/xmlenc#sha512']
const TRANSFORMS = [ENVELOPED, EXCLUSIVE]
/** XML Signature calls them by their addresses, node:crypto by the names of their hashes. */
export const SIGNATURES: ReadonlyMap<string, string> = new Map([
  [RSA_SHA256, 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', 'sha512'],
])

/** Whether an element carries a signature of its own: one that is its child, and nowhere else. */
export function isSigned(element: Element): boolean {
  return childrenOf(element, DSIG, 'Signature').length > 0
}

/**
 * The element again, read from the very bytes that were signed. All else that the message has is not looked at: so a signed
 * element that somebody moved, and put another one in its place, is not mistaken for it (signature wrapping).
 * @param element with a signature as its child
 * @param keys in PEM, of the metadata. What the message itself says about keys (KeyInfo) is not read.
 * @throws Rejected if no key has signed exactly this element
 */
export function signedElement(element: Element, keys: readonly string[]): Element {
  const signature = childOf(element, DSIG, 'Signature')
  const id = attribute(element, 'ID')
  if (signature === undefined || id === undefined) throw new Rejected(`${element.localName} is not signed`)
  const xml = serialize(element.ownerDocument)
  const [bytes] = keys.flatMap(key => verified(xml, serialize(signature), id, key) ?? [])
  if (bytes === undefined) throw new Rejected(`the signature of ${element.localName} is not by a key of the provider`)
  const signed = parseXml(bytes)
  if (attribute(signed, 'ID') !== id || !isNamed(signed, element.namespaceURI ?? '', element.localName))
    throw new Rejected('the signature is about another element')
  return signed
}

/** The bytes that a key has signed; undefined if it has not. */
function verified(xml: string, signature: string, id: string, publicCert: string): string | undefined {
  const check = new SignedXml({ publicCert, idAttribute: 'ID', getCertFromKeyInfo: () => null })
  check.idAttributes = ['ID']
  check.HashAlgorithms = only(check.HashAlgorithms, HASHES)
  check.SignatureAlgorithms = only(check.SignatureAlgorithms, [...SIGNATURES.keys()])
  check.CanonicalizationAlgorithms = only(check.CanonicalizationAlgorithms, TRANSFORMS)
  try {
    check.loadSignature(signature)
    const [reference, ...others] = check.getReferences()
    if (others.length > 0 || reference?.uri !== `#${id}`) throw new Rejected('the signature is about another element')
    return check.checkSignature(xml) ? check.getSignedReferences()[0] : undefined
  } catch (error) {
    if (error instanceof Rejected) throw error
    return undefined
  }
}

/** Without what every object inherits: a message may name that as well. */
function only<T>(all: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  const known = Object.entries(all).filter(([name]) => names.includes(name))
  return Object.assign(Object.create(null), Object.fromEntries(known))
}

/** A message with a signature behind its Issuer, as the schema wants it (SAML core 5.4). */
export function signXml(xml: string, id: string, privateKey: KeyLike): string {
  const signer = new SignedXml({ privateKey, signatureAlgorithm: RSA_SHA256, canonicalizationAlgorithm: EXCLUSIVE })
  signer.idAttributes = ['ID']
  const xpath = `//*[@ID='${id}']`
  signer.addReference({ xpath, transforms: TRANSFORMS, digestAlgorithm: SHA256 })
  signer.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: `${xpath}/*[local-name()='Issuer']`, action: 'after' },
  })
  return signer.getSignedXml()
}
