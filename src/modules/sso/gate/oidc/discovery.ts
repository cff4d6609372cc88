import { listOf, objectOf, optional, text } from '../../../../base/shape.ts'
import { Rejected } from '../saml/rejected.ts'

/** What we use of what a provider says about itself (OpenID Connect Discovery 1.0, 3). */
const discovery = objectOf({
  issuer: text,
  authorization_endpoint: text,
  token_endpoint: text,
  jwks_uri: text,
  userinfo_endpoint: optional(text),
  end_session_endpoint: optional(text),
  id_token_signing_alg_values_supported: optional(listOf(text)),
  token_endpoint_auth_methods_supported: optional(listOf(text)),
})

export type Discovery = ReturnType<typeof discovery>

export const ENDPOINTS = [
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'userinfo_endpoint',
  'end_session_endpoint',
] as const

/**
 * Reads what a provider of OpenID Connect says about itself.
 * @throws Rejected
 */
export function readDiscovery(json: string): Discovery {
  try {
    const found = discovery(JSON.parse(json))
    for (const name of ['issuer', ...ENDPOINTS] as const) {
      const url = found[name]
      if (url !== undefined && !(URL.canParse(url) && new URL(url).protocol === 'https:'))
        throw new Error(`${name} is not an address of HTTPS: ${url}`)
    }
    return found
  } catch (error) {
    throw new Rejected(`this is not the document of a provider of OpenID Connect: ${(error as Error).message}`)
  }
}
