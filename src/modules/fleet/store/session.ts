import { refusal } from '../../../base/failure.ts'
import { EtcdError, Gateway, type Reached } from './gateway.ts'

/** A user of etcd, and how it is reached. */
export interface Login extends Reached {
  readonly user: string
  readonly password: string
}

/** What etcd says to a token that has expired, that it forgot when it was restarted, or that is older than a new user. */
const OUTDATED = /invalid auth token|revision of auth store is old|user name is empty/

/** Each user that joins or leaves outdates all tokens: with many at once, one that was just made, too. */
const MOST_TRIES = 10

/** Permission denied, in the numbers of gRPC. */
const DENIED = 7

/** Asks etcd as one of its users. Tokens end after some minutes: it is authenticated again when one does. */
export class Session {
  readonly #gateway: Gateway
  readonly #login: Login
  #token: string | undefined

  constructor(login: Login) {
    this.#login = login
    this.#gateway = new Gateway(login)
  }

  /** See {@link Gateway.ask}. @throws Failure (refused) if the user may not, or its password is wrong */
  ask(path: string, body: object, twice = true): Promise<Readonly<Record<string, unknown>>> {
    return this.#authenticated(token => this.#gateway.ask(path, body, token, twice))
  }

  /** See {@link Gateway.stream}. A line that says that the token is outdated ends it as an error. */
  stream(
    path: string,
    body: object,
    signal: AbortSignal,
    line: (answer: Readonly<Record<string, unknown>>) => void,
  ): Promise<void> {
    return this.#authenticated(token => this.#gateway.stream(path, body, token, signal, line))
  }

  close(): void {
    this.#gateway.close()
  }

  async #authenticated<Answer>(ask: (token: string) => Promise<Answer>): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const token = this.#token ?? (await this.#authenticate())
      try {
        return await ask(token)
      } catch (error) {
        // An etcd that was put back to a backup does not answer to a token that is newer than that.
        if (!(error instanceof EtcdError) || OUTDATED.test(error.message)) this.#token = undefined
        if (!(error instanceof EtcdError)) throw error
        if (OUTDATED.test(error.message) && tries < MOST_TRIES) continue
        if (error.code !== DENIED) throw error
        throw refusal(`the store of the fleet does not allow it to ${this.#login.user}`, { cause: error })
      }
    }
  }

  async #authenticate(): Promise<string> {
    const { user: name, password } = this.#login
    try {
      const { token } = await this.#gateway.ask('/auth/authenticate', { name, password }, undefined)
      this.#token = String(token)
      return this.#token
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error
      throw refusal(`the store of the fleet does not know ${name}, or its password is another one`, {
        hint: 'A controller may have taken this host out of the fleet: gabarit fleet hosts says so there.',
        cause: error,
      })
    }
  }
}
