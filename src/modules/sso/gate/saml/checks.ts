import { Rejected } from './rejected.ts'
import { attribute, childOf, SAML, textOf } from './xml.ts'

/** How far two clocks may differ, in milliseconds. */
export const TOLERANCE = 3 * 60_000

/** The moment in an attribute, in milliseconds since 1970 (SAML core 1.3.3: UTC). */
export function moment(element: Element | undefined, name: string): number | undefined {
  const text = attribute(element, name)
  if (text === undefined) return undefined
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new Rejected(`${name} is not a time: ${text}`)
  return Date.parse(text)
}

/** @throws Rejected if it was not issued just now. @returns when it was issued */
export function checkIssued(message: Element, now: number): number {
  const issued = moment(message, 'IssueInstant')
  if (issued === undefined) throw new Rejected('the message does not say when it was issued')
  if (Math.abs(now - issued) > TOLERANCE)
    throw new Rejected(`the message was issued at ${attribute(message, 'IssueInstant')}`)
  return issued
}

/** @throws Rejected if somebody else has issued it */
export function checkIssuer(message: Element, entityId: string): void {
  const issuer = textOf(childOf(message, SAML, 'Issuer'))
  if (issuer !== entityId) throw new Rejected(`the issuer is ${issuer || 'not named'}, not ${entityId}`)
}

/** @throws Rejected if it was meant for another address. @param required whether it must say so */
export function checkDestination(message: Element, url: string, required: boolean): void {
  const destination = attribute(message, 'Destination')
  if (destination === undefined ? required : destination !== url)
    throw new Rejected(`the message is for ${destination ?? 'no address'}, not for ${url}`)
}

/** @throws Rejected outside of NotBefore and NotOnOrAfter */
export function checkPeriod(element: Element, now: number): void {
  const [from, until] = [moment(element, 'NotBefore'), moment(element, 'NotOnOrAfter')]
  if (from !== undefined && now < from - TOLERANCE) throw new Rejected(`${element.localName} is not valid yet`)
  if (until !== undefined && now >= until + TOLERANCE) throw new Rejected(`${element.localName} has expired`)
}
