import type { ClientRequest, IncomingMessage } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { escapeControls } from '../../base/escape-controls.ts'
import { hasCode, messageOf } from '../../base/failure.ts'

/** Which certificates are accepted; default: Node's own roots. */
export type Trust = Pick<RequestOptions, 'ca' | 'rejectUnauthorized'>

/** An authority did not answer properly. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  /** Whether the certificate of its HTTPS server is not valid at this server's time: one of the two clocks is wrong. */
  readonly certificateTime: boolean
  /** HTTP status, if any. */
  readonly status: number | undefined

  constructor(message: string, options: { certificateTime?: boolean; status?: number } = {}) {
    super(message)
    this.certificateTime = options.certificateTime ?? false
    this.status = options.status
  }
}

/** Maximum size of an answer in bytes. A directory has about 1 kB. */
const LARGEST = 65_536

/** A raw answer. */
export interface RawAnswer {
  readonly status: number
  readonly text: string
  readonly date: number | undefined
  readonly retryAfter: string | undefined
}

/**
 * Gets a document over HTTPS, without following redirections.
 * @param timeout milliseconds for the complete answer
 * @throws NoAnswer
 */
export function get(url: string, trust: Trust, timeout: number): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    if (!URL.canParse(url) || new URL(url).protocol !== 'https:') {
      reject(new NoAnswer(`${url} is not an https URL`))
      return
    }
    const fail = (error: unknown) => reject(describe(url, error, timeout))
    const take = (response: IncomingMessage) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > LARGEST) asked?.destroy(new NoAnswer(`${url} answered with more than ${LARGEST} bytes`))
      })
      response.on('error', fail)
      response.on('end', () => {
        const date = Date.parse(response.headers.date ?? '')
        resolve({
          status: response.statusCode ?? 0,
          text,
          date: Number.isNaN(date) ? undefined : date,
          retryAfter: response.headers['retry-after'],
        })
      })
    }
    const asked = tryRequest(url, { ...trust, signal: AbortSignal.timeout(timeout) }, take, fail)
    asked?.on('error', fail).end()
  })
}

/** A bundle without certificates is noticed before anything is sent. */
function tryRequest(
  url: string,
  options: RequestOptions,
  take: (response: IncomingMessage) => void,
  fail: (error: unknown) => void,
): ClientRequest | undefined {
  const headers = { 'User-Agent': 'gabarit', Accept: 'application/json' }
  try {
    return request(url, { ...options, headers, agent: false }, take)
  } catch (error) {
    fail(error)
    return undefined
  }
}

function describe(url: string, error: unknown, timeout: number): NoAnswer {
  if (error instanceof NoAnswer) return error
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError'))
    return new NoAnswer(`${url} did not answer within ${timeout / 1000} s`)
  const certificateTime = hasCode(error, 'CERT_HAS_EXPIRED') || hasCode(error, 'CERT_NOT_YET_VALID')
  return new NoAnswer(`${url} cannot be reached: ${escapeControls(messageOf(error)) || 'refused'}`, { certificateTime })
}
