import { request } from 'node:http'
import { orUndefined } from '../../base/failure.ts'
import { objectOf, text } from '../../base/shape.ts'
import { answerTo, type HttpAnswer } from '../../system/http-answer.ts'
import { below, type Places } from '../../system/places.ts'

/** Where the gateway for logins listens. Only itself, root and the web server in front can reach it. */
const SOCKET = '/run/gabarit-gate/http.sock'
const LIMIT = 5000
const LARGEST = 1 << 16

const entered = objectOf({ user: text, session: text })
const owner = objectOf({ user: text })

/** Who has come in by the gateway. */
export type Entered = ReturnType<typeof entered>

/** The gateway for logins, as the helper asks it about whoever comes by it. */
export class Gateway {
  readonly #socket: string

  constructor(places: Places) {
    this.#socket = below(places, SOCKET)
  }

  /** Whose a ticket is, which can be used once; undefined: nobody's. */
  async redeem(ticket: string, begun: string): Promise<Entered | undefined> {
    const answer = await this.#ask('POST', '/console/redeem', new URLSearchParams({ ticket, begun }).toString())
    return answer?.status === 200 ? orUndefined(() => entered(JSON.parse(answer.body.toString()))) : undefined
  }

  /**
   * Whose session it is.
   * @returns `ended` if it has ended or may not enter the console any more; undefined if the gateway does not say
   */
  async whose(session: string): Promise<{ readonly user: string } | 'ended' | undefined> {
    const answer = await this.#ask('GET', `/console/session/${encodeURIComponent(session)}`)
    if (answer?.status === 404) return 'ended'
    return answer?.status === 200 ? orUndefined(() => owner(JSON.parse(answer.body.toString()))) : undefined
  }

  async #ask(method: string, path: string, body = ''): Promise<HttpAnswer | undefined> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const signal = AbortSignal.timeout(LIMIT)
    const asked = request({ socketPath: this.#socket, method, path, headers, signal, agent: false })
    return answerTo(asked, LARGEST, body).catch(() => undefined)
  }
}
