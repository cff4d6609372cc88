import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import type { Discovery } from '../../src/modules/sso/gate/oidc/discovery.ts'

/** Header and claims of a token, and how it is signed. */
export interface Token {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  readonly key: KeyObject | Buffer | 'none'
}

/** What somebody who logs in is given. */
interface Granted {
  readonly challenge: string
  readonly redirect: string
  readonly token: Token
}

const ISSUER = 'https://idp.example.net'
const LOGOUT = 'http://schemas.openid.net/event/backchannel-logout'
const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })

/** A small provider of OpenID Connect, which can also lie. */
export class OpenIdProvider {
  readonly clientId = 'gabarit'
  readonly secret = 'our secret, with + and /'
  readonly keys = keyPair()
  readonly stranger = keyPair()
  readonly discovery: Discovery = {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: `${ISSUER}/token`,
    jwks_uri: `${ISSUER}/jwks`,
    userinfo_endpoint: `${ISSUER}/userinfo`,
    end_session_endpoint: `${ISSUER}/logout`,
    // It would also take what nobody should.
    id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
  }
  readonly now: () => number
  readonly #codes = new Map<string, Granted>()
  /** Whether it answers at all. */
  up = true
  /** What the userinfo endpoint says. */
  userinfo: Readonly<Record<string, unknown>> = {}

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.now = now
  }

  /**
   * Somebody logs in.
   * @param url where the gateway has sent the browser
   * @param change makes another ID token of the right one
   * @returns the query that the browser brings back
   */
  authorize(url: string, user: string, sid: string, change = (token: Token): Token => token): URLSearchParams {
    const query = new URL(url).searchParams
    const asked = Object.fromEntries(query)
    const code = randomUUID()
    const claims = {
      ...{ iss: ISSUER, aud: this.clientId, sub: user, sid, nonce: asked.nonce, groups: ['staff', 'Domain Users'] },
      ...this.#times(300),
    }
    const token = change({ header: { alg: 'RS256', kid: 'k' }, claims, key: this.keys.privateKey })
    const { code_challenge: challenge = '', redirect_uri: redirect = '', state = '' } = asked
    if (asked.code_challenge_method !== 'S256' || asked.response_type !== 'code') throw new Error(url)
    this.#codes.set(code, { challenge, redirect, token })
    return new URLSearchParams({ code, state })
  }

  /** A logout token. */
  logoutToken(claims: Readonly<Record<string, unknown>>, change = (token: Token): Token => token): string {
    return jwt(
      change({
        header: { alg: 'RS256', kid: 'k', typ: 'logout+jwt' },
        claims: {
          iss: ISSUER,
          aud: this.clientId,
          jti: randomUUID(),
          events: { [LOGOUT]: {} },
          ...this.#times(120),
          ...claims,
        },
        key: this.keys.privateKey,
      }),
    )
  }

  #times(seconds: number) {
    const iat = Math.floor(this.now() / 1000)
    return { iat, exp: iat + seconds }
  }

  /** What it answers to the gateway. */
  readonly fetch = async (url: string, options: RequestInit): Promise<Response> => {
    if (!this.up) throw new Error('connect ECONNREFUSED')
    const { pathname } = new URL(url)
    if (pathname === '/jwks') {
      const jwk = { ...this.keys.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }
      return Response.json({ keys: [jwk] })
    }
    if (pathname === '/userinfo') return Response.json(this.userinfo)
    return this.#token(new Headers(options.headers), new URLSearchParams(String(options.body)))
  }

  #token(headers: Headers, form: URLSearchParams): Response {
    const granted = this.#codes.get(form.get('code') ?? '')
    this.#codes.delete(form.get('code') ?? '')
    const [id, secret] = Buffer.from(headers.get('authorization')?.replace('Basic ', '') ?? '', 'base64')
      .toString()
      .split(':')
      .map(part => decodeURIComponent(part.replaceAll('+', ' ')))
    if (id !== this.clientId || secret !== this.secret)
      return Response.json({ error: 'invalid_client' }, { status: 401 })
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (granted?.challenge !== challenge || granted.redirect !== form.get('redirect_uri'))
      return Response.json({ error: 'invalid_grant' }, { status: 400 })
    return Response.json({ access_token: 'access', token_type: 'Bearer', id_token: jwt(granted.token) })
  }
}

function jwt({ header, claims, key }: Token): string {
  const text = [header, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  if (key === 'none') return `${text}.`
  const signature = Buffer.isBuffer(key)
    ? createHmac('sha256', key).update(text).digest()
    : sign('sha256', Buffer.from(text), key)
  return `${text}.${signature.toString('base64url')}`
}
