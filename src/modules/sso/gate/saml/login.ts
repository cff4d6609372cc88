import { checkDestination, checkIssued, checkIssuer, checkPeriod, moment } from './checks.ts'
import { failureOf, type Message, newMessage } from './message.ts'
import { ENDPOINTS, POST, type Provider, type Service } from './metadata.ts'
import { type NameId, readNameId } from './name-id.ts'
import { Rejected } from './rejected.ts'
import { isSigned, signedElement } from './signed.ts'
import { attribute, childOf, childrenOf, isNamed, parseXml, SAML, SAMLP, textOf } from './xml.ts'

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'

/** What the provider says about somebody who has logged in. */
export interface Login {
  readonly nameId: NameId
  readonly index: string | undefined
  /** When the provider's session ends at the latest, in milliseconds since 1970. */
  readonly until: number | undefined
  readonly attributes: ReadonlyMap<string, readonly string[]>
  /** What the provider wants to see when the user leaves (OpenID Connect: the ID token). */
  readonly hint?: string
  /** Of the assertion: one is used once. */
  readonly id: string
  /** Until when it could be used again, in milliseconds since 1970. */
  readonly replayable: number
}

/** A request to log somebody in (SAML core 3.4.1). */
export function loginRequest(service: Service, provider: Provider, now: number): Message {
  const address = { AssertionConsumerServiceURL: service.base + ENDPOINTS.acs, ProtocolBinding: POST }
  const attributes = { Destination: provider.login, ...address }
  return newMessage('AuthnRequest', service, attributes, '<samlp:NameIDPolicy AllowCreate="true"/>', now)
}

/**
 * Reads the answer to a request of ours (SAML profiles 4.1.4). Of what is not signed nothing is believed.
 * @param requestId of our request
 * @throws Rejected
 */
export function readLogin(xml: string, requestId: string, service: Service, provider: Provider, now: number): Login {
  const url = service.base + ENDPOINTS.acs
  const message = parseXml(xml)
  if (!isNamed(message, SAMLP, 'Response')) throw new Rejected('the message is not a Response')
  const response = isSigned(message) ? signedElement(message, provider.keys) : message
  checkDestination(response, url, isSigned(message))
  const failure = failureOf(response)
  if (failure !== undefined) throw new Rejected(`the provider has not logged anybody in: ${failure}`)
  if (childrenOf(response, SAML, 'EncryptedAssertion').length > 0)
    throw new Rejected('the assertion is encrypted: the provider must send it signed, and not encrypted')
  const inside = childOf(response, SAML, 'Assertion')
  if (inside === undefined) throw new Rejected('the message has no assertion')
  // An assertion inside of a signed response is among the signed bytes.
  const assertion = isSigned(message) && !isSigned(inside) ? inside : signedElement(inside, provider.keys)
  return readAssertion(assertion, requestId, url, service, provider, now)
}

function readAssertion(
  assertion: Element,
  requestId: string,
  url: string,
  service: Service,
  provider: Provider,
  now: number,
): Login {
  checkIssuer(assertion, provider.entityId)
  const issued = checkIssued(assertion, now)
  checkConditions(assertion, service.entityId, now)
  const subject = childOf(assertion, SAML, 'Subject')
  const confirmed = childrenOf(subject ?? assertion, SAML, 'SubjectConfirmation')
    .filter(one => attribute(one, 'Method') === BEARER)
    .flatMap(one => childOf(one, SAML, 'SubjectConfirmationData') ?? [])
    .find(data => attribute(data, 'Recipient') === url && attribute(data, 'InResponseTo') === requestId)
  const until = moment(confirmed, 'NotOnOrAfter')
  if (confirmed === undefined || until === undefined)
    throw new Rejected('the assertion is no answer to a request of ours')
  checkPeriod(confirmed, now)
  const statement = childrenOf(assertion, SAML, 'AuthnStatement')[0]
  if (statement === undefined) throw new Rejected('the assertion does not say that somebody has logged in')
  return {
    nameId: readNameId(subject),
    index: attribute(statement, 'SessionIndex'),
    until: moment(statement, 'SessionNotOnOrAfter'),
    attributes: readAttributes(assertion),
    id: attribute(assertion, 'ID') ?? '',
    replayable: Math.max(issued, until),
  }
}

/** @throws Rejected if it is not for now, or not for us (SAML core 2.5.1.4) */
function checkConditions(assertion: Element, entityId: string, now: number): void {
  const conditions = childOf(assertion, SAML, 'Conditions')
  if (conditions === undefined) throw new Rejected('the assertion does not say for whom it is')
  checkPeriod(conditions, now)
  const audiences = childrenOf(conditions, SAML, 'AudienceRestriction').map(one =>
    childrenOf(one, SAML, 'Audience').map(textOf),
  )
  if (audiences.length === 0 || !audiences.every(names => names.includes(entityId)))
    throw new Rejected(`the assertion is for ${audiences.flat().join(', ') || 'nobody'}, not for ${entityId}`)
}

/** By name and by friendly name: administrators know the second. */
function readAttributes(assertion: Element): ReadonlyMap<string, readonly string[]> {
  const attributes = new Map<string, readonly string[]>()
  const all = childrenOf(assertion, SAML, 'AttributeStatement').flatMap(one => childrenOf(one, SAML, 'Attribute'))
  for (const one of all) {
    const values = childrenOf(one, SAML, 'AttributeValue').map(textOf)
    const names = new Set([attribute(one, 'FriendlyName'), attribute(one, 'Name')])
    // Some providers send each group as an attribute of its own, all with the same name.
    for (const name of names) if (name !== undefined) attributes.set(name, [...(attributes.get(name) ?? []), ...values])
  }
  return attributes
}
