import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { orUndefined } from '../../base/failure.ts'
import { sha256 } from '../../base/sha256.ts'
import { objectOf, text } from '../../base/shape.ts'
import type { Places } from '../../system/places.ts'
import type { CreationOptions, RequestOptions } from '../webauthn.ts'
import { Challenges } from './challenges.ts'
import { changeUsers, type Passkey, readUsers } from './users.ts'

/** What a passkey can be called: it is an argument of commands too. */
export const PASSKEY_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._'’()-]{0,39}$/u

/** Where the console is. Passkeys work nowhere else. */
export interface Site {
  /** Whether one can also come in by the identity provider. */
  readonly sso: boolean
  readonly origin: string
  /** The name that passkeys belong to. */
  readonly domain: string
}

/** EdDSA, ES256 and RS256 (the COSE registry of IANA), the best first. */
const ALGORITHMS = [-8, -7, -257]

/** A credential as a browser sends it. Its other parts, the library checks. */
const credential = objectOf({ id: text })

/**
 * The passkeys of all users: what is asked of them, and what they sign. One stands for password and code, so it has to ask for a
 * PIN or a finger.
 */
export class Passkeys {
  readonly #places: Places
  readonly #site: () => Site
  readonly #challenges = new Challenges()
  /** Anybody can have these made, so they must not push out the others. */
  readonly #loginChallenges = new Challenges()

  constructor(places: Places, site: () => Site) {
    this.#places = places
    this.#site = site
  }

  /** Asks whoever logs in. Undefined if nobody has a passkey. */
  askAnybody(): RequestOptions | undefined {
    if ([...readUsers(this.#places).values()].every(({ passkeys = [] }) => passkeys.length === 0)) return undefined
    return this.#options(this.#loginChallenges.make(['login']), [])
  }

  /** Asks one user to sign a purpose. Undefined without a passkey. */
  ask(user: string, purpose: readonly string[]): RequestOptions | undefined {
    const ids = this.#of(user).map(({ id }) => id)
    return ids.length === 0 ? undefined : this.#options(this.#challenges.make(['sign', ...purpose]), ids)
  }

  /** Who has signed to log in. */
  whoLogsIn(signature: string): Promise<string | undefined> {
    return this.#signer(signature, challenge => this.#loginChallenges.use(challenge, ['login']))
  }

  /** Whether a user has signed this purpose. It can be asked once. */
  async hasSigned(user: string, purpose: readonly string[], signature: string): Promise<boolean> {
    const isIt = (challenge: string) => this.#challenges.use(challenge, ['sign', ...purpose])
    return (await this.#signer(signature, isIt)) === user
  }

  /** Asks the browser to make a new one. @param purpose that {@link add} has to repeat */
  askNew(user: string, purpose: readonly string[]): CreationOptions {
    const { domain } = this.#site()
    const id = Buffer.from(sha256(user), 'hex').toString('base64url')
    return {
      challenge: this.#challenges.make(['create', ...purpose]),
      rp: { id: domain, name: domain },
      user: { id, name: user, displayName: user },
      pubKeyCredParams: ALGORITHMS.map(alg => ({ type: 'public-key', alg })),
      excludeCredentials: this.#of(user).map(passkey => descriptor(passkey.id)),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    }
  }

  /** Keeps a new one. @returns whether it is what was asked for */
  async add(user: string, name: string, purpose: readonly string[], made: string): Promise<boolean> {
    const { origin, domain } = this.#site()
    const response = orUndefined((): RegistrationResponseJSON => JSON.parse(made))
    if (response === undefined) return false
    const { verifyRegistrationResponse } = await import('./webauthn.apart.ts')
    const expectedChallenge = (challenge: string) => this.#challenges.use(challenge, ['create', ...purpose])
    const expected = {
      expectedChallenge,
      expectedOrigin: origin,
      expectedRPID: domain,
      supportedAlgorithmIDs: ALGORITHMS,
    }
    // It throws whatever is not as it should be.
    const verified = await verifyRegistrationResponse({ response, ...expected }).catch(() => undefined)
    const found = verified?.registrationInfo?.credential
    if (found === undefined || this.#owner(found.id) !== undefined) return false
    const key = Buffer.from(found.publicKey).toString('base64url')
    const passkey = { id: found.id, name, key, counter: found.counter, since: new Date().toISOString() }
    return this.#change(user, passkeys => [...passkeys, passkey])
  }

  /** Who has signed; undefined if anything about it is wrong. */
  async #signer(signature: string, isChallenge: (challenge: string) => boolean): Promise<string | undefined> {
    const { origin, domain } = this.#site()
    const response = orUndefined((): AuthenticationResponseJSON => {
      const data = JSON.parse(signature)
      credential(data)
      return data
    })
    const [user, passkey] = this.#owner(response?.id) ?? []
    if (response === undefined || user === undefined || passkey === undefined) return undefined
    const { id, key, counter } = passkey
    const { verifyAuthenticationResponse } = await import('./webauthn.apart.ts')
    const verified = await verifyAuthenticationResponse({
      ...{ response, expectedChallenge: isChallenge, expectedOrigin: origin, expectedRPID: domain },
      credential: { id, publicKey: Buffer.from(key, 'base64url'), counter },
    }).catch(() => undefined)
    if (verified?.verified !== true) return undefined
    const now = { counter: verified.authenticationInfo.newCounter, used: new Date().toISOString() }
    const use = (known: Passkey) => (known.id === id ? { ...known, ...now } : known)
    return this.#change(user, passkeys => passkeys.map(use)) ? user : undefined
  }

  #options(challenge: string, ids: readonly string[]): RequestOptions {
    const { domain } = this.#site()
    return { challenge, rpId: domain, allowCredentials: ids.map(descriptor), userVerification: 'required' }
  }

  #of(user: string): readonly Passkey[] {
    return readUsers(this.#places).get(user)?.passkeys ?? []
  }

  #owner(id: string | undefined): readonly [user: string, passkey: Passkey] | undefined {
    for (const [user, { passkeys = [] }] of readUsers(this.#places))
      for (const passkey of passkeys) if (passkey.id === id) return [user, passkey]
    return undefined
  }

  /** @returns whether the user is still there */
  #change(user: string, change: (passkeys: readonly Passkey[]) => readonly Passkey[]): boolean {
    let found = false
    changeUsers(this.#places, users => {
      const present = users.get(user)
      if (present === undefined) return
      found = true
      users.set(user, { ...present, passkeys: change(present.passkeys ?? []) })
    })
    return found
  }
}

function descriptor(id: string) {
  return { id, type: 'public-key' as const }
}
