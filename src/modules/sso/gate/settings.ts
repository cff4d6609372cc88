import { createPrivateKey, type KeyLike } from 'node:crypto'
import { dirname, join } from 'node:path'
import { sha256 } from '../../../base/sha256.ts'
import { listOf, number, objectOf, oneOf, optional, recordOf, type TypeOf, text } from '../../../base/shape.ts'
import { readText } from '../../../system/read-files.ts'
import { type Discovery, readDiscovery } from './oidc/discovery.ts'
import type { OpenIdSettings } from './oidc/openid.ts'
import { type Provider, readProvider, type Service } from './saml/metadata.ts'

const place = objectOf({
  /** The names that visitors type. */
  names: listOf(text),
  /** Who may come in; empty: everybody who can log in. */
  groups: listOf(text),
})

const settings = objectOf({
  entityId: text,
  base: text,
  bindings: listOf(oneOf('redirect', 'soap')),
  hours: number,
  /** The attribute with the name of the user; empty: NameID. */
  userAttribute: text,
  groupsAttribute: text,
  /** The metadata of the provider. */
  provider: text,
  /** Files beside this one. The first signs. */
  keys: listOf(objectOf({ certificate: text, key: text })),
  /** How a provider of OpenID Connect knows us; absent: it speaks SAML. */
  openId: optional(objectOf({ clientId: text, clientSecret: text, scopes: listOf(text) })),
  /** By the keys of their records. */
  places: recordOf(place),
})

/** Who may come in where. */
export type Place = TypeOf<typeof place>

/** Everything that the gateway is told. */
export interface Settings {
  readonly service: Service
  readonly provider: Provider
  readonly privateKey: KeyLike
  readonly hours: number
  readonly userAttribute: string
  readonly groupsAttribute: string
  readonly places: Readonly<Record<string, Place>>
  readonly openId?: OpenIdSettings & { readonly discovery: Discovery }
  /** Of the files that they were read from. */
  readonly hash?: string
}

/**
 * Parses the content of the file that the template `/var/lib/gabarit/sso/gate.json` makes.
 * @throws Error that names what is wrong
 */
export const parseSettings = (content: string) => settings(JSON.parse(content))

/**
 * Reads the file that the template `/var/lib/gabarit/sso/gate.json` makes.
 * @throws Error that names what is wrong
 */
export function readSettings(file: string): Settings {
  const content = readText(file)
  const { entityId, base, bindings, keys, provider, openId, ...rest } = parseSettings(content)
  if (openId !== undefined) {
    const discovery = readDiscovery(provider)
    const { issuer, authorization_endpoint: login } = discovery
    return {
      ...rest,
      service: { entityId, base, certificates: [], bindings: [] },
      // No key: nothing in SAML is believed.
      provider: { entityId: issuer, keys: [], login, logout: undefined },
      privateKey: '',
      openId: { ...openId, discovery },
      hash: sha256(content),
    }
  }
  const [first] = keys
  if (first === undefined) throw new Error(`${file} names no key`)
  const beside = (name: string) => readText(join(dirname(file), name))
  const certificates = keys.map(({ certificate }) => beside(certificate))
  return {
    ...rest,
    service: { entityId, base, certificates, bindings },
    provider: readProvider(provider),
    // Read once: reading it costs half as much as signing.
    privateKey: createPrivateKey(beside(first.key)),
    hash: sha256(JSON.stringify([content, certificates])),
  }
}
