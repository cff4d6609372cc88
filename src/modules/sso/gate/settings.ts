import { dirname, join } from 'node:path'
import { listOf, number, objectOf, oneOf, recordOf, type TypeOf, text } from '../../../base/shape.ts'
import { readText } from '../../../system/read-files.ts'
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
  /** By the keys of their records. */
  places: recordOf(place),
})

/** Who may come in where. */
export type Place = TypeOf<typeof place>

/** Everything that the gateway is told. */
export interface Settings {
  readonly service: Service
  readonly provider: Provider
  readonly privateKey: string
  readonly hours: number
  readonly userAttribute: string
  readonly groupsAttribute: string
  readonly places: Readonly<Record<string, Place>>
}

/**
 * Reads the file that the template `/etc/gabarit-gate/gate.json` makes.
 * @throws Error that names what is wrong
 */
export function readSettings(file: string): Settings {
  const { entityId, base, bindings, keys, provider, ...rest } = settings(JSON.parse(readText(file)))
  const [first] = keys
  if (first === undefined) throw new Error(`${file} names no key`)
  const beside = (name: string) => readText(join(dirname(file), name))
  const certificates = keys.map(({ certificate }) => beside(certificate))
  return {
    ...rest,
    service: { entityId, base, certificates, bindings },
    provider: readProvider(provider),
    privateKey: beside(first.key),
  }
}
