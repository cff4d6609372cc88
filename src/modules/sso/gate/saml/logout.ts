import { checkDestination, checkIssued, checkIssuer, moment, TOLERANCE } from './checks.ts'
import { newId, type Provider, type Service } from './metadata.ts'
import { type NameId, readNameId, writeNameId } from './name-id.ts'
import { Rejected } from './rejected.ts'
import { signedElement } from './signed.ts'
import { attribute, childrenOf, escapeXml, isNamed, parseXml, SAML, SAMLP, SOAP, textOf } from './xml.ts'

const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success'

/** A request to end sessions of a user (SAML core 3.7.1). */
export interface LogoutRequest {
  readonly id: string
  readonly nameId: NameId
  /** None: all sessions of the user. */
  readonly indexes: readonly string[]
  /** Until when it could be sent again, in milliseconds since 1970. */
  readonly replayable: number
}

/**
 * Reads a request whose signature was in the query of its address.
 * @param url where it came to
 * @throws Rejected
 */
export function readLogoutRequest(xml: string, url: string, provider: Provider, now: number): LogoutRequest {
  return asRequest(parseXml(xml), url, provider, now)
}

/**
 * Reads a signed request in a SOAP envelope (SAML bindings 3.2), which comes without a browser.
 * @throws Rejected
 */
export function readSoapRequest(xml: string, url: string, provider: Provider, now: number): LogoutRequest {
  const envelope = parseXml(xml)
  if (!isNamed(envelope, SOAP, 'Envelope')) throw new Rejected('the message is not a SOAP envelope')
  const [body, ...bodies] = childrenOf(envelope, SOAP, 'Body')
  const [message, ...messages] = body === undefined ? [] : childrenOf(body, SAMLP, 'LogoutRequest')
  if (message === undefined || bodies.length + messages.length > 0)
    throw new Rejected('the envelope has no single LogoutRequest')
  return asRequest(signedElement(message, provider.keys), url, provider, now)
}

function asRequest(request: Element, url: string, provider: Provider, now: number): LogoutRequest {
  const id = attribute(request, 'ID')
  if (!isNamed(request, SAMLP, 'LogoutRequest') || id === undefined)
    throw new Rejected('the message is not a LogoutRequest')
  checkIssuer(request, provider.entityId)
  checkDestination(request, url, false)
  const issued = checkIssued(request, now)
  const until = moment(request, 'NotOnOrAfter') ?? issued
  if (now > until + TOLERANCE) throw new Rejected('the request has expired')
  const indexes = childrenOf(request, SAMLP, 'SessionIndex').map(textOf)
  return { id, nameId: readNameId(request), indexes, replayable: issued + TOLERANCE }
}

/** What we answer: it is done. Whoever was not logged in is logged out as well. @param to the address; none in SOAP */
export function logoutResponse(
  service: Service,
  to: string | undefined,
  inResponseTo: string,
  now: number,
): { id: string; xml: string } {
  const id = newId()
  const destination = to === undefined ? '' : ` Destination="${escapeXml(to)}"`
  const xml = `<samlp:LogoutResponse xmlns:samlp="${SAMLP}" xmlns:saml="${SAML}" ID="${id}" Version="2.0" IssueInstant="${new Date(now).toISOString()}"${destination} InResponseTo="${escapeXml(inResponseTo)}"><saml:Issuer>${escapeXml(service.entityId)}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${SUCCESS}"/></samlp:Status></samlp:LogoutResponse>`
  return { id, xml }
}

/** In the envelope that answers a request by SOAP. */
export function soapEnvelope(xml: string): string {
  return `<soap:Envelope xmlns:soap="${SOAP}"><soap:Body>${xml}</soap:Body></soap:Envelope>`
}

/** A request of ours: a user wants to leave everywhere. */
export function logoutRequest(
  service: Service,
  to: string,
  { nameId, index }: { readonly nameId: NameId; readonly index?: string | undefined },
  now: number,
): { id: string; xml: string } {
  const id = newId()
  const session = index === undefined ? '' : `<samlp:SessionIndex>${escapeXml(index)}</samlp:SessionIndex>`
  const xml = `<samlp:LogoutRequest xmlns:samlp="${SAMLP}" xmlns:saml="${SAML}" ID="${id}" Version="2.0" IssueInstant="${new Date(now).toISOString()}" Destination="${escapeXml(to)}"><saml:Issuer>${escapeXml(service.entityId)}</saml:Issuer>${writeNameId(nameId)}${session}</samlp:LogoutRequest>`
  return { id, xml }
}

/**
 * Reads the answer to a request of ours.
 * @throws Rejected if it is none, or says that it was not done
 */
export function readLogoutResponse(xml: string, url: string, requestId: string, provider: Provider, now: number): void {
  const response = parseXml(xml)
  if (!isNamed(response, SAMLP, 'LogoutResponse')) throw new Rejected('the message is not a LogoutResponse')
  checkIssuer(response, provider.entityId)
  checkDestination(response, url, false)
  checkIssued(response, now)
  if (attribute(response, 'InResponseTo') !== requestId)
    throw new Rejected('the message is no answer to a request of ours')
}
