import { checkDestination, checkIssued, checkIssuer, checkPeriod, TOLERANCE } from './checks.ts'
import { failureOf, type Message, newMessage, SUCCESS } from './message.ts'
import type { Provider, Service } from './metadata.ts'
import { type NameId, readNameId, writeNameId } from './name-id.ts'
import { Rejected } from './rejected.ts'
import { signedElement } from './signed.ts'
import { attribute, childrenOf, escapeXml, isNamed, parseXml, SAMLP, SOAP, textOf } from './xml.ts'

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
  checkPeriod(request, now)
  const indexes = childrenOf(request, SAMLP, 'SessionIndex').map(textOf)
  return { id, nameId: readNameId(request), indexes, replayable: issued + TOLERANCE }
}

/** What we answer: it is done. Whoever was not logged in is logged out as well. @param to the address; none in SOAP */
export function logoutResponse(service: Service, to: string | undefined, inResponseTo: string, now: number): Message {
  const status = `<samlp:Status><samlp:StatusCode Value="${SUCCESS}"/></samlp:Status>`
  return newMessage('LogoutResponse', service, { Destination: to, InResponseTo: inResponseTo }, status, now)
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
): Message {
  const session = index === undefined ? '' : `<samlp:SessionIndex>${escapeXml(index)}</samlp:SessionIndex>`
  return newMessage('LogoutRequest', service, { Destination: to }, writeNameId(nameId) + session, now)
}

/**
 * Reads the answer to a request of ours.
 * @returns why not everything has ended at the provider; undefined if it has
 * @throws Rejected if it is none
 */
export function readLogoutResponse(
  xml: string,
  url: string,
  requestId: string,
  provider: Provider,
  now: number,
): string | undefined {
  const response = parseXml(xml)
  if (!isNamed(response, SAMLP, 'LogoutResponse')) throw new Rejected('the message is not a LogoutResponse')
  checkIssuer(response, provider.entityId)
  checkDestination(response, url, false)
  checkIssued(response, now)
  if (attribute(response, 'InResponseTo') !== requestId)
    throw new Rejected('the message is no answer to a request of ours')
  return failureOf(response)
}
