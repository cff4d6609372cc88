import { Failure } from '../../base/failure.ts'
import type { Places } from '../../system/places.ts'
import { Attempts } from '../access/attempts.ts'
import type { Entered, Gateway } from '../access/gateway.ts'
import { invitationOf, useInvitation } from '../access/invitations.ts'
import { PASSKEY_NAME, Passkeys, type Site } from '../access/passkeys.ts'
import { closeSessions, openSession } from '../access/sessions.ts'
import { codeNumber, isUser, readUsers, setPassword, USER_NAME } from '../access/users.ts'
import { type Answer, type Asked, type Refusing, refused } from '../protocol.ts'

/** Finds out who somebody is: by password and code, by a passkey, by a one-time address. */
export class Entrance {
  readonly #places: Places
  readonly #site: () => Site
  readonly #passkeys: Passkeys
  readonly #gateway: Gateway
  readonly #attempts = new Attempts()
  /** Hashing takes much memory, so one after the other. */
  #hashing: Promise<unknown> = Promise.resolve()

  constructor(places: Places, site: () => Site, gateway: Gateway) {
    this.#places = places
    this.#site = site
    this.#passkeys = new Passkeys(places, site)
    this.#gateway = gateway
  }

  get origin(): string {
    return this.#site().origin
  }

  async login({ address, name, password, code }: Asked['login']): Promise<Answer> {
    const problem = await this.#check(address, () => isUser(this.#places, name, password, code))
    return problem ?? this.#open(name, address)
  }

  askPasskey(): Answer {
    const { origin, sso } = this.#site()
    return { kind: 'passkey', origin, sso, options: this.#passkeys.askAnybody() }
  }

  /** The gateway says who it is: what the pages say of themselves counts for nothing. */
  async loginBySso({ address, ticket, begun }: Asked['loginBySso']): Promise<Answer> {
    let entered: Entered | undefined
    const problem = await this.#check(address, async () => {
      entered = this.#site().sso ? await this.#gateway.redeem(ticket, begun) : undefined
      return entered !== undefined
    })
    if (problem !== undefined || entered === undefined) return problem ?? refused('wrong', 'This is no login.')
    const { user, session } = entered
    if (!USER_NAME.test(user)) return refused('forbidden', `"${user}" is no name for a user of the console.`)
    return { kind: 'session', user, session: openSession(this.#places, user, address, Date.now(), session) }
  }

  async loginByPasskey({ address, signature }: Asked['loginByPasskey']): Promise<Answer> {
    let user = ''
    const problem = await this.#check(address, async () => {
      user = (await this.#passkeys.whoLogsIn(signature)) ?? ''
      return user !== ''
    })
    return problem ?? this.#open(user, address)
  }

  async invited(request: Asked['invited'] | Asked['accept']): Promise<Answer> {
    const { address, token } = request
    const invitation = invitationOf(this.#places, token)
    const problem = await this.#check(address, async () => invitation !== undefined)
    if (problem !== undefined || invitation === undefined)
      return problem ?? refused('wrong', 'This address is not valid any more.')
    const { user, secret } = invitation
    if (request.ask === 'invited') return { kind: 'invited', user, secret }
    if (codeNumber(secret, request.code, Date.now()) === undefined) return refused('wrong', 'The code is wrong.')
    try {
      await this.#alone(() => setPassword(this.#places, user, request.password, secret))
    } catch (error) {
      if (error instanceof Failure) return refused('wrong', error.message)
      throw error
    }
    if (!useInvitation(this.#places, token)) return refused('wrong', 'This address was used already.')
    closeSessions(this.#places, { user })
    return this.#open(user, address)
  }

  /** Asks a user to prove who it is, or checks the proof. @param deed what for: a passkey signs it @returns the refusal, if any */
  async prove(
    { session, address, proof, signature }: Asked['run'] | Asked['askNewPasskey'],
    user: string,
    deed: readonly string[],
  ): Promise<Refusing | undefined> {
    if (!readUsers(this.#places).has(user))
      return refused('unprovable', `${user} has neither password nor passkey here: gabarit web login-link ${user}`)
    const purpose = [session, ...deed]
    let problem: Refusing | undefined = refused('proof', 'This can lock you out: confirm it.')
    if (signature !== undefined)
      problem = await this.#check(address, () => this.#passkeys.hasSigned(user, purpose, signature))
    else if (proof !== undefined)
      problem = await this.#check(address, () => isUser(this.#places, user, proof.password, proof.code))
    return problem && { ...problem, passkey: this.#passkeys.ask(user, purpose) }
  }

  async askNewPasskey(request: Asked['askNewPasskey'], user: string): Promise<Answer> {
    const { name, session } = request
    if (!PASSKEY_NAME.test(name)) return refused('name', `"${name}" is no name for a passkey.`)
    if (
      readUsers(this.#places)
        .get(user)
        ?.passkeys?.some(known => known.name === name)
    )
      return refused('taken', `There is a passkey "${name}" already.`)
    const problem = await this.prove(request, user, ['passkey', name])
    return problem ?? { kind: 'newPasskey', options: this.#passkeys.askNew(user, [session, name]) }
  }

  async addPasskey({ name, session, signature }: Asked['addPasskey'], user: string): Promise<Answer> {
    const added = await this.#passkeys.add(user, name, [session, name], signature)
    return added ? { kind: 'done' } : refused('unasked', 'This is not the passkey that was asked for.')
  }

  #open(user: string, address: string): Answer {
    return { kind: 'session', user, session: openSession(this.#places, user, address) }
  }

  /** Checks something that could be guessed. @returns the refusal, if any */
  async #check(address: string, isRight: () => Promise<boolean>): Promise<Refusing | undefined> {
    const wait = this.#attempts.wait(address)
    if (wait > 0) return refused('locked', `Too many wrong attempts from ${address}: try again in ${wait} s.`)
    if (await this.#alone(isRight)) {
      this.#attempts.succeeded(address)
      return undefined
    }
    this.#attempts.failed(address)
    return refused('wrong', 'Name, password, code or passkey are wrong.')
  }

  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#hashing.then(work)
    this.#hashing = done.catch(() => undefined)
    return done
  }
}
