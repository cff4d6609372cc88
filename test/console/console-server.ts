import { connect } from 'node:net'
import { TOTP } from 'otpauth'
import { Client } from '../../src/console/client.ts'
import { type Answer, type Asked, frame, type Proof } from '../../src/console/protocol.ts'
import { Server } from '../confirm/server.ts'
import { waitFor } from '../support/wait.ts'

export const ADDRESS = '192.0.2.7'
export const PASSWORD = 'a long enough password'

/** A person who is logged in. */
export interface Person {
  readonly session: string
  readonly secret: string
}

/** A server with the helper of the console. */
export class ConsoleServer extends Server {
  readonly socket = this.path('/helper.sock')
  readonly client = new Client(this.socket)
  #helper: number | undefined

  /** Starts the helper, or another one. */
  async startHelper(): Promise<void> {
    this.#helper = this.start(['gabarit', 'web', 'helper', '--socket', this.socket, '--stay']).pid
    await waitFor('the helper', async () => (await this.client.ask({ ask: 'logout', session: 'none' })).kind === 'done')
  }

  /** Its process. */
  get helperProcess(): number {
    return this.#helper ?? 0
  }

  /** Kills it, or ends it. */
  stopHelper(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): void {
    if (this.#helper !== undefined) process.kill(this.#helper, signal)
    this.#helper = undefined
  }

  /** The token of a new one-time address. */
  invite(user: string): string {
    return /\/welcome\/(\S+)/.exec(this.must(`gabarit web login-link ${user}`))?.[1] ?? ''
  }

  /** A new user, logged in. */
  async join(user: string): Promise<Person> {
    const token = this.invite(user)
    const invited = await this.client.ask({ ask: 'invited', address: ADDRESS, token })
    if (invited.kind !== 'invited') throw new Error(JSON.stringify(invited))
    const { secret } = invited
    const accepted = await this.client.ask({
      ...{ ask: 'accept', address: ADDRESS, token },
      ...{ password: PASSWORD, code: codeOf(secret) },
    })
    if (accepted.kind !== 'session') throw new Error(JSON.stringify(accepted))
    return { session: accepted.session, secret }
  }

  /** Runs a command line for a session. */
  ask(
    session: string,
    words: string | readonly string[],
    more: { input?: string; proof?: Proof } = {},
  ): Promise<Answer> {
    const line = typeof words === 'string' ? words.split(' ') : words
    return this.client.ask({ ask: 'run', session, address: ADDRESS, language: 'en', words: line, ...more })
  }

  /** What a command prints as JSON. */
  async data<Data>(session: string, words: string): Promise<Data> {
    const answer = await this.ask(session, words)
    if (answer.kind !== 'output') throw new Error(JSON.stringify(answer))
    return JSON.parse(answer.stdout)
  }

  /** All lines of a run, and how it ended. */
  async follow(session: string, run: string, from = 0) {
    const request: Asked['follow'] = { ask: 'follow', session, address: ADDRESS, run, from }
    const lines: string[] = []
    for await (const answer of this.client.follow(request, new AbortController().signal)) {
      if (answer.kind === 'line') lines.push(answer.line)
      else if (answer.kind !== 'command') return { lines, end: answer }
    }
    throw new Error('it stopped before its end')
  }

  /** What comes back for bytes that are no request, until the helper closes. */
  async raw(bytes: Uint8Array): Promise<string> {
    const socket = connect(this.socket)
    socket.end(bytes)
    let said = ''
    for await (const chunk of socket.setEncoding('latin1')) said += chunk
    return said
  }

  override remove(): void {
    this.stopHelper()
    super.remove()
  }
}

/** The code that an application shows. @param later seconds from now */
export function codeOf(secret: string, later = 0): string {
  return new TOTP({ secret }).generate({ timestamp: Date.now() + later * 1000 })
}

/** A request cut to a length. */
export function cut(value: unknown, length: number): Buffer {
  return frame(value).subarray(0, length)
}
