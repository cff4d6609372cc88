import { createHash } from 'node:crypto'
import { createRemoteJWKSet, type JWTPayload, customFetch as joseFetch, jwtVerify } from 'jose'
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  clockTolerance,
  customFetch,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
} from 'openid-client'
import { isObject } from '../../../../base/is-object.ts'
import { newToken } from '../../../../base/token.ts'
import { TOLERANCE } from '../saml/checks.ts'
import type { Login } from '../saml/login.ts'
import { Rejected } from '../saml/rejected.ts'
import { readClaims } from './claims.ts'
import type { Discovery } from './discovery.ts'
import { type LogoutToken, OPENID_ENDPOINTS, type OpenId, type OpenIdSettings } from './openid.ts'

/** What may sign. Nothing that whoever reads our settings could sign with (HS256), and not nothing (none). */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** How old a logout token may be, in seconds, beside the tolerance for clocks. */
const TOKEN_AGE = 120

/** Asks the provider. */
export type Fetch = (url: string, options: RequestInit) => Promise<Response>

/** A provider of OpenID Connect (code flow with PKCE, state and nonce), by openid-client. */
export class OpenIdClient implements OpenId {
  readonly #configuration: Configuration
  readonly #discovery: Discovery
  readonly #scope: string
  readonly #base: string
  readonly #clientId: string
  readonly #keys: ReturnType<typeof createRemoteJWKSet>
  /** Claims without which the provider is also asked for the rest (userinfo). */
  readonly #wanted: readonly string[]

  /** @param base where the endpoints of the gateway are @param wanted the claims with name and groups */
  constructor(discovery: Discovery, settings: OpenIdSettings, base: string, wanted: readonly string[], fetch: Fetch) {
    const { clientId, clientSecret, scopes } = settings
    const offered = discovery.id_token_signing_alg_values_supported?.filter(name => ALGORITHMS.includes(name)) ?? []
    const algorithms = offered.length > 0 ? offered : ['RS256']
    const methods = discovery.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    // Of a secret with signs, LemonLDAP::NG reads something else in the header of the other one.
    const proof = methods.includes('client_secret_post') ? ClientSecretPost : ClientSecretBasic
    const server = { ...discovery, id_token_signing_alg_values_supported: [...algorithms] }
    this.#configuration = new Configuration(
      // What we do not use of the document is as the provider wrote it.
      server as ConstructorParameters<typeof Configuration>[0],
      clientId,
      { [clockTolerance]: TOLERANCE / 1000 },
      clientSecret === '' ? None() : proof(clientSecret),
    )
    this.#configuration[customFetch] = (url, options) => fetch(url, options as RequestInit)
    // The library would believe the connection alone.
    enableNonRepudiationChecks(this.#configuration)
    this.#keys = createRemoteJWKSet(new URL(discovery.jwks_uri), { [joseFetch]: fetch })
    this.#discovery = discovery
    this.#scope = [...new Set(['openid', ...scopes])].join(' ')
    this.#base = base
    this.#clientId = clientId
    this.#wanted = wanted
  }

  ask(state: string): { url: string; request: string } {
    const [nonce, verifier] = [newToken(), newToken()]
    const url = buildAuthorizationUrl(this.#configuration, {
      redirect_uri: this.#base + OPENID_ENDPOINTS.callback,
      scope: this.#scope,
      ...{ state, nonce, code_challenge_method: 'S256' },
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    })
    return { url: url.href, request: `${nonce} ${verifier}` }
  }

  async login(query: string, state: string, request: string, now: number): Promise<Login> {
    const [nonce = '', verifier = ''] = request.split(' ')
    return believed(async () => {
      const address = new URL(`${this.#base}${OPENID_ENDPOINTS.callback}?${query}`)
      const tokens = await authorizationCodeGrant(this.#configuration, address, {
        ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier },
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (claims === undefined) throw new Rejected('the provider does not say who it is')
      const { sub, sid } = claims
      const more = await this.#more(tokens.access_token, sub, readClaims(claims))
      return {
        nameId: { value: sub },
        index: typeof sid === 'string' ? sid : undefined,
        until: undefined,
        // What is signed comes before what is not.
        attributes: new Map([...more, ...readClaims(claims)]),
        ...{ id: state, replayable: now, hint: tokens.id_token ?? '' },
      }
    })
  }

  async #more(accessToken: string, sub: string, claims: ReadonlyMap<string, unknown>) {
    if (this.#discovery.userinfo_endpoint === undefined || this.#wanted.every(name => claims.has(name)))
      return new Map()
    return readClaims(await fetchUserInfo(this.#configuration, accessToken, sub))
  }

  leave(hint: string | undefined): string | undefined {
    if (this.#discovery.end_session_endpoint === undefined) return undefined
    return buildEndSessionUrl(this.#configuration, {
      post_logout_redirect_uri: this.#base + OPENID_ENDPOINTS.left,
      ...(hint ? { id_token_hint: hint } : {}),
    }).href
  }

  async readLogout(token: string, now: number): Promise<LogoutToken> {
    return believed(async () => {
      const { payload, protectedHeader } = await jwtVerify(token, this.#keys, {
        ...{ issuer: this.#discovery.issuer, audience: this.#clientId, algorithms: ALGORITHMS },
        ...{ clockTolerance: TOLERANCE / 1000, maxTokenAge: TOKEN_AGE, currentDate: new Date(now) },
        requiredClaims: ['jti', 'iat'],
      })
      // A token of another kind, which names its kind (RFC 8725, 3.11).
      if (!['logout+jwt', 'jwt'].includes((protectedHeader.typ ?? 'jwt').toLowerCase().replace(/^application\//, '')))
        throw new Rejected(`this is no logout token: ${protectedHeader.typ}`)
      return asLogout(payload)
    })
  }
}

function asLogout({ events, nonce, sub, sid, jti, iat = 0 }: JWTPayload): LogoutToken {
  if (!isObject(events) || !isObject(events[LOGOUT_EVENT])) throw new Rejected('this is no logout token: no such event')
  if (nonce !== undefined) throw new Rejected('this is no logout token: it has a nonce, as those of logins')
  const session = typeof sid === 'string' ? sid : undefined
  if (typeof sub !== 'string' && session === undefined) throw new Rejected('the logout token names nobody')
  return { subject: sub, session, id: String(jti), replayable: iat * 1000 + TOKEN_AGE * 1000 }
}

/** What the libraries refuse, we refuse, with their reason. */
async function believed<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Rejected || !(error instanceof Error)) throw error
    throw new Rejected(reasonOf(error))
  }
}

/** The message of an error, and of what has caused it. */
function reasonOf(error: Error): string {
  const { error: code, error_description: description } = error as { error?: unknown; error_description?: unknown }
  const said = [error.message, code, description].filter(part => typeof part === 'string' && part !== '').join(': ')
  return error.cause instanceof Error && error.cause.message !== error.message
    ? `${said}: ${error.cause.message}`
    : said
}
