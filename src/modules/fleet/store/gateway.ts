import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, type RequestOptions, request } from 'node:https'
import { Failure, messageOf } from '../../../base/failure.ts'
import { isObject } from '../../../base/is-object.ts'
import { answerTo } from '../../../system/http-answer.ts'

/** How etcd is reached: its addresses, the authority that signed its certificate, and our own. */
export interface Reached {
  /** `https://192.168.1.5:2379` */
  readonly endpoints: readonly string[]
  /** In PEM. */
  readonly authority: string
  readonly certificate: string
  readonly key: string
}

/** What etcd refuses, in its words. */
export class EtcdError extends Error {
  override readonly name = 'EtcdError'
  /** Of gRPC: 7 permission denied, 16 unauthenticated. */
  readonly code: number

  constructor(message: string, code: number) {
    super(message)
    this.code = code
  }
}

/** How long an answer may take, in milliseconds. */
const LIMIT = 10_000

/** What an answer has at most, in bytes. */
const LARGEST = 128 * 1024 * 1024

/** After this silence of a stream, in milliseconds, the system asks whether the other side is still there. */
const SILENCE = 20_000

/** Errors before anything was sent: another endpoint may be asked for the same. */
const NOT_SENT = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ConnectionRefused|FailedToOpenSocket)$/

/** Codes of gRPC for a server that cannot do it now: deadline exceeded, unavailable. */
const UNABLE: ReadonlySet<number> = new Set([4, 14])

/** The JSON gateway of etcd: one question, one answer, at the first endpoint that answers. */
export class Gateway {
  readonly #reached: Reached
  #agent: Agent | undefined
  /** The endpoint that answered last. */
  #first = 0

  constructor(reached: Reached) {
    this.#reached = reached
  }

  /**
   * @param path below `/v3`
   * @param twice whether it does no harm if etcd has done it already
   * @throws EtcdError if etcd refuses
   * @throws Failure if no endpoint answers
   * @throws TooLarge
   */
  async ask(
    path: string,
    body: object,
    token: string | undefined,
    twice = true,
  ): Promise<Readonly<Record<string, unknown>>> {
    return this.#tryEach(twice, async endpoint => {
      const agent = this.#openAgent()
      const asked = request(this.#options(endpoint, path, token, { agent, signal: AbortSignal.timeout(LIMIT) }))
      const { status, body: bytes } = await answerTo(asked, LARGEST, JSON.stringify(body))
      const answer = parse(bytes.toString('utf8'))
      if (status !== 200) throw refused(answer, status)
      return answer
    })
  }

  /** As {@link ask}, for an answer that goes on until the signal: line by line. */
  async stream(
    path: string,
    body: object,
    token: string | undefined,
    signal: AbortSignal,
    line: (answer: Readonly<Record<string, unknown>>) => void,
  ): Promise<void> {
    const begun = await this.#tryEach(true, async endpoint => {
      const asked = request(this.#options(endpoint, path, token, { agent: false, signal }))
      const late = setTimeout(() => asked.destroy(new Error(`no answer within ${LIMIT / 1000} s`)), LIMIT)
      try {
        asked.on('socket', socket => socket.setKeepAlive(true, SILENCE)).on('error', () => undefined)
        asked.end(JSON.stringify(body))
        const [answer] = (await once(asked, 'response')) as [IncomingMessage]
        return answer
      } finally {
        clearTimeout(late)
      }
    })
    let rest = ''
    for await (const chunk of begun.setEncoding('utf8')) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const text of lines) line(parse(text))
    }
    // What is refused at once is not a stream: its only line has no end.
    if (rest !== '') line(parse(rest))
  }

  /** The next question needs a new connection. */
  close(): void {
    this.#agent?.destroy()
    this.#agent = undefined
  }

  #openAgent(): Agent {
    this.#agent ??= new Agent({ keepAlive: true })
    return this.#agent
  }

  #options(endpoint: string, path: string, token: string | undefined, how: RequestOptions): RequestOptions {
    const { hostname, port } = new URL(endpoint)
    const { authority, certificate, key } = this.#reached
    const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: token }) }
    const where = { host: hostname.replace(/^\[|\]$/g, ''), port, path: `/v3${path}`, method: 'POST' }
    return { ...where, headers, ca: authority, cert: certificate, key, ...how }
  }

  /** @throws Failure with what each endpoint says, if none can be asked */
  async #tryEach<Answer>(twice: boolean, ask: (endpoint: string) => Promise<Answer>): Promise<Answer> {
    const { endpoints } = this.#reached
    const problems: string[] = []
    for (let tried = 0; tried < endpoints.length; tried++) {
      const index = (this.#first + tried) % endpoints.length
      const endpoint = endpoints[index] ?? ''
      try {
        const answer = await ask(endpoint)
        this.#first = index
        return answer
      } catch (error) {
        if (error instanceof EtcdError && !UNABLE.has(error.code)) throw error
        if (error instanceof Error && error.name === 'TooLarge') throw error
        problems.push(`${endpoint}: ${inWords(error)}`)
        if (!twice && !(error instanceof Error && 'code' in error && NOT_SENT.test(String(error.code)))) break
      }
    }
    throw new Failure(`the store of the fleet cannot be reached: ${problems.join('; ')}`, {
      hint: 'Does etcd run there, and does the firewall let this host in? What was stored here stays as it is.',
    })
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

/** What etcd says instead of an answer. */
export function refused(answer: Readonly<Record<string, unknown>>, status: number): EtcdError {
  const { message, code } = answer
  return new EtcdError(String(message ?? `status ${status}`), Number(code ?? (status >= 500 ? 14 : 0)))
}

function inWords(error: unknown): string {
  const name = error instanceof Error ? error.name : ''
  return name === 'AbortError' || name === 'TimeoutError' ? `no answer within ${LIMIT / 1000} s` : messageOf(error)
}
