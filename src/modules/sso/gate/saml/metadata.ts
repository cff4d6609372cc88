import { X509Certificate } from 'node:crypto'
import { Rejected } from './rejected.ts'
import { attribute, childrenOf, DSIG, escapeXml, isNamed, METADATA, parseXml, SAMLP, textOf } from './xml.ts'

export const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'
export const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'
const SOAP_BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:SOAP'

/** How a provider sends requests to log out. */
export type LogoutBinding = 'redirect' | 'soap'
const BINDINGS: Readonly<Record<LogoutBinding, string>> = { redirect: REDIRECT, soap: SOAP_BINDING }

/** What we need of the metadata of an identity provider. */
export interface Provider {
  readonly entityId: string
  /** Certificates in PEM: any of them may sign. */
  readonly keys: readonly string[]
  /** Where browsers are sent to log in. */
  readonly login: string
  /** Where browsers are sent to log out, and where answers go; undefined if it has no such address. */
  readonly logout: { readonly request: string; readonly response: string } | undefined
}

/**
 * Reads the metadata of an identity provider (SAML metadata 2.4).
 * @throws Rejected if it has no key, or no address to log in by HTTP-Redirect
 */
export function readProvider(xml: string): Provider {
  const root = parseXml(xml)
  const entity = isNamed(root, METADATA, 'EntitiesDescriptor')
    ? onlyOne(childrenOf(root, METADATA, 'EntityDescriptor').filter(one => roleOf(one) !== undefined))
    : root
  const role = roleOf(entity)
  const entityId = attribute(entity, 'entityID')
  if (role === undefined || entityId === undefined)
    throw new Rejected('this is not the metadata of an identity provider')
  const keys = childrenOf(role, METADATA, 'KeyDescriptor')
    .filter(key => attribute(key, 'use') !== 'encryption')
    .flatMap(key => Array.from(key.getElementsByTagNameNS(DSIG, 'X509Certificate')))
    .map(certificate => pem(textOf(certificate)))
  if (keys.length === 0) throw new Rejected('the metadata has no certificate to check signatures with')
  const login = endpoint(role, 'SingleSignOnService')
  if (login === undefined) throw new Rejected('the metadata has no SingleSignOnService with the binding HTTP-Redirect')
  const logout = endpoint(role, 'SingleLogoutService')
  return { entityId, keys, login: login.request, logout }
}

function roleOf(entity: Element): Element | undefined {
  const roles = childrenOf(entity, METADATA, 'IDPSSODescriptor')
  return roles.find(role => (attribute(role, 'protocolSupportEnumeration') ?? '').split(/\s+/).includes(SAMLP))
}

function onlyOne(entities: readonly Element[]): Element {
  const [first, ...others] = entities
  if (first === undefined || others.length > 0)
    throw new Rejected('the metadata does not have exactly one identity provider')
  return first
}

function endpoint(role: Element, name: string): { request: string; response: string } | undefined {
  const found = childrenOf(role, METADATA, name).find(one => attribute(one, 'Binding') === REDIRECT)
  const request = attribute(found, 'Location')
  if (request === undefined) return undefined
  const response = attribute(found, 'ResponseLocation') ?? request
  for (const url of [request, response])
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new Rejected(`the metadata has an address that is none: ${url}`)
  return { request, response }
}

/** A certificate in PEM from the base64 of XML. @throws Rejected if it is none */
export function pem(base64: string): string {
  const lines = base64.replace(/\s+/g, '').match(/.{1,64}/g) ?? []
  const certificate = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
  try {
    return new X509Certificate(certificate).toString()
  } catch {
    throw new Rejected(`the metadata has a certificate that is none: ${lines[0] ?? 'nothing'}`)
  }
}

/** What we tell the provider about ourselves. */
export interface Service {
  readonly entityId: string
  /** Where its endpoints are: `https://example.org/gabarit-sso`. */
  readonly base: string
  /** Certificates in PEM; the first signs, the others will or did. */
  readonly certificates: readonly string[]
  readonly bindings: readonly LogoutBinding[]
}

export const ENDPOINTS = { acs: '/acs', redirect: '/slo', soap: '/slo/soap', metadata: '/metadata' } as const

/** Our metadata. It names the bindings that are served, and no others. */
export function writeMetadata({ entityId, base, certificates, bindings }: Service): string {
  const keys = certificates.map(
    certificate => `    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="${DSIG}"><ds:X509Data><ds:X509Certificate>${bare(certificate)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
    </md:KeyDescriptor>`,
  )
  const logouts = bindings.map(
    binding =>
      `    <md:SingleLogoutService Binding="${BINDINGS[binding]}" Location="${escapeXml(base + ENDPOINTS[binding])}"/>`,
  )
  return `<md:EntityDescriptor xmlns:md="${METADATA}" entityID="${escapeXml(entityId)}">
  <md:SPSSODescriptor protocolSupportEnumeration="${SAMLP}" AuthnRequestsSigned="true" WantAssertionsSigned="true">
${[...keys, ...logouts].join('\n')}
    <md:AssertionConsumerService Binding="${POST}" Location="${escapeXml(base + ENDPOINTS.acs)}" index="0" isDefault="true"/>
  </md:SPSSODescriptor>
</md:EntityDescriptor>
`
}

function bare(certificate: string): string {
  return certificate.replace(/-----[^-]+-----|\s+/g, '')
}
