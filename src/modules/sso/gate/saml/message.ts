import { randomBytes } from 'node:crypto'
import type { Service } from './metadata.ts'
import { attribute, childOf, escapeXml, SAML, SAMLP } from './xml.ts'

export const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success'

/** A message of ours, not signed yet. */
export interface Message {
  readonly id: string
  readonly xml: string
}

/**
 * Begins each message of ours alike (SAML core 3.2).
 * @param attributes beside those that all messages have; what is undefined is left out
 * @param content behind the Issuer
 */
export function newMessage(
  name: string,
  { entityId }: Service,
  attributes: Readonly<Record<string, string | undefined>>,
  content: string,
  now: number,
): Message {
  const id = `_${randomBytes(20).toString('hex')}`
  const all = { ID: id, Version: '2.0', IssueInstant: new Date(now).toISOString(), ...attributes }
  const written = Object.entries(all).flatMap(([key, value]) =>
    value === undefined ? [] : ` ${key}="${escapeXml(value)}"`,
  )
  const issuer = `<saml:Issuer>${escapeXml(entityId)}</saml:Issuer>`
  const begin = `<samlp:${name} xmlns:samlp="${SAMLP}" xmlns:saml="${SAML}"${written.join('')}>`
  return { id, xml: `${begin}${issuer}${content}</samlp:${name}>` }
}

/** Why an answer is not Success: its inner status, which says more, or the outer one; undefined if it is Success. */
export function failureOf(response: Element): string | undefined {
  const status = childOf(response, SAMLP, 'Status')
  const code = status && childOf(status, SAMLP, 'StatusCode')
  if (attribute(code, 'Value') === SUCCESS) return undefined
  const inner = code && childOf(code, SAMLP, 'StatusCode')
  return attribute(inner ?? code, 'Value') ?? 'no status'
}
