import { Rejected } from './rejected.ts'
import { attribute, childOf, escapeXml, SAML, textOf } from './xml.ts'

/** How a provider names a user. Values are compared with the provider, so a qualifier that is the default one is left out. */
export interface NameId {
  readonly value: string
  readonly format?: string
  readonly nameQualifier?: string
  readonly spNameQualifier?: string
}

const ATTRIBUTES = { format: 'Format', nameQualifier: 'NameQualifier', spNameQualifier: 'SPNameQualifier' } as const

/** @throws Rejected if there is none, or it is encrypted */
export function readNameId(parent: Element | undefined): NameId {
  const element = parent && childOf(parent, SAML, 'NameID')
  const value = textOf(element)
  if (value === '') throw new Rejected('the message names no user (NameID)')
  const entries = Object.entries(ATTRIBUTES).map(([key, name]) => [key, attribute(element, name)])
  return { value, ...Object.fromEntries(entries.filter(([, text]) => text !== undefined)) }
}

export function writeNameId(nameId: NameId): string {
  const attributes = Object.entries(ATTRIBUTES).flatMap(([key, name]) => {
    const text = nameId[key as keyof NameId]
    return text === undefined ? [] : [` ${name}="${escapeXml(text)}"`]
  })
  return `<saml:NameID${attributes.join('')}>${escapeXml(nameId.value)}</saml:NameID>`
}
