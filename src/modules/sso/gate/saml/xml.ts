import { DOMParser, XMLSerializer } from '@xmldom/xmldom'
import { Rejected } from './rejected.ts'

/** The name spaces of what SAML messages are made of (SAML core 1.1; XML Signature 4). */
export const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion'
export const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol'
export const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata'
export const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
export const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'

/** More than this no message and no metadata has, in bytes. */
export const LARGEST = 256 * 1024

/** Nor more tags than this: the time for some of the work grows with the square of their number. */
const MOST_TAGS = 4000

/**
 * The root element of a text in XML.
 * @throws Rejected if it is too large, is not well formed or has a document type: entities can hide and multiply text
 */
export function parseXml(text: string): Element {
  if (Buffer.byteLength(text) > LARGEST) throw new Rejected('the message is too large')
  if (text.split('<').length > MOST_TAGS) throw new Rejected('the message has too many elements')
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw new Rejected('the message has a document type')
  const refuse = (message: string): never => {
    throw new Rejected(`the message is not XML: ${message.split('\n', 1)[0]}`)
  }
  const parser = new DOMParser({ errorHandler: { warning: refuse, error: refuse, fatalError: refuse } })
  return parser.parseFromString(text, 'text/xml').documentElement ?? refuse('it has no element')
}

export function serialize(node: Node): string {
  return new XMLSerializer().serializeToString(node)
}

/** The child elements with this name, in order. */
export function childrenOf(parent: Element, space: string, name: string): Element[] {
  return Array.from(parent.childNodes).filter(
    (node): node is Element => isElement(node) && node.namespaceURI === space && node.localName === name,
  )
}

/**
 * The one child element with this name, or undefined.
 * @throws Rejected if there is more than one
 */
export function childOf(parent: Element, space: string, name: string): Element | undefined {
  const [first, ...others] = childrenOf(parent, space, name)
  if (others.length > 0) throw new Rejected(`${parent.localName} has more than one ${name}`)
  return first
}

/** The whole text of an element without its comments: `al<!-- -->ice` is `alice` (CVE-2017-11427 read `al`). */
export function textOf(element: Element | undefined): string {
  return (element?.textContent ?? '').trim()
}

/** An attribute that is not empty. */
export function attribute(element: Element | undefined, name: string): string | undefined {
  return element?.getAttribute(name) || undefined
}

export function isNamed(element: Element, space: string, name: string): boolean {
  return element.namespaceURI === space && element.localName === name
}

/** As text of an element or value of an attribute in quotes. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1
}
