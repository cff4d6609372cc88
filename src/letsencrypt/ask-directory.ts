import { readFileSync } from 'node:fs'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { rootCertificates } from 'node:tls'
import { systemReason } from '../system/atomic-write.ts'
import { escapeControls } from '../system/escape-controls.ts'
import { hasCode, messageOf } from '../system/failure.ts'
import { isObject } from '../system/is-object.ts'
import type { Authority } from './types.ts'

/** A JSON document of an authority, with what the headers say. */
export interface Document {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  /** Header `Date`, milliseconds since 1970. */
  readonly date: number | undefined
  readonly retryAfter: string | undefined
}

/** What an authority's directory says of itself (RFC 8555 §7.1.1). */
export interface Directory {
  readonly date: number | undefined
  /** Domain names that stand for the authority in CAA records. */
  readonly caaIdentities: readonly string[]
  /** Address of the renewal information (RFC 9773 §3). */
  readonly renewalInfo: string | undefined
}

/** An authority did not answer as it should. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  /** The certificate of its HTTPS server is not valid at this server's time: one of the two clocks is wrong. */
  readonly certificateTime: boolean
  /** Status of HTTP, when one came. */
  readonly status: number | undefined

  constructor(message: string, options: { certificateTime?: boolean; status?: number } = {}) {
    super(message)
    this.certificateTime = options.certificateTime ?? false
    this.status = options.status
  }
}

/** Bytes of the largest answer that is read. A directory has about 1 kB. */
const LARGEST = 65_536

/**
 * Asks an authority for its directory.
 * @param timeout milliseconds for the whole of it
 * @throws NoAnswer
 */
export async function askDirectory(authority: Authority, timeout = 10_000): Promise<Directory> {
  const { body, date } = await askJson(authority.directory, authority, timeout)
  const { meta, renewalInfo } = body
  const identities: unknown = isObject(meta) ? meta.caaIdentities : undefined
  return {
    date,
    caaIdentities: Array.isArray(identities) ? identities.filter(name => typeof name === 'string') : [],
    renewalInfo: typeof renewalInfo === 'string' ? renewalInfo : undefined,
  }
}

/**
 * Gets a JSON document of an authority over HTTPS.
 * @throws NoAnswer when it cannot be reached or trusted, answers with an error, or with no JSON object
 */
export async function askJson(url: string, { bundle }: Authority, timeout: number): Promise<Document> {
  const trusted = bundle === undefined ? {} : { ca: [...rootCertificates, readBundle(bundle)] }
  const answer = await get(url, { ...trusted, signal: AbortSignal.timeout(timeout) }, timeout)
  if (answer.status !== 200)
    throw new NoAnswer(`${url} answers ${answer.status}${problemIn(answer.text)}`, { status: answer.status })
  const body = parseJson(answer.text)
  if (!isObject(body)) throw new NoAnswer(`${url} answers with something that is no JSON object`)
  const { date, retryAfter } = answer
  return { status: answer.status, body, date, retryAfter }
}

/**
 * The time of an authority whose certificate cannot be checked, because the clock of this server may be wrong.
 * Nothing else of the answer is used.
 */
export async function untrustedTime(url: string, timeout = 10_000): Promise<number | undefined> {
  try {
    return (await get(url, { rejectUnauthorized: false, signal: AbortSignal.timeout(timeout) }, timeout)).date
  } catch {
    // Then the time is not known; the caller has a better reason to show.
    return undefined
  }
}

interface RawAnswer {
  readonly status: number
  readonly text: string
  readonly date: number | undefined
  readonly retryAfter: string | undefined
}

function get(url: string, options: RequestOptions, timeout: number): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    if (!URL.canParse(url) || new URL(url).protocol !== 'https:') {
      reject(new NoAnswer(`${url} is no https address`))
      return
    }
    const fail = (error: unknown) => reject(describe(url, error, timeout))
    const take = (response: IncomingMessage) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > LARGEST) asked?.destroy(new NoAnswer(`${url} answers with more than ${LARGEST} bytes`))
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
    const asked = tryRequest(url, options, take, fail)
    asked?.on('error', fail).end()
  })
}

/** A bundle that holds no certificates is noticed before anything is sent. */
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

function readBundle(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new NoAnswer(`the root certificates (CABundle) ${file} cannot be read: ${systemReason(error)}`)
  }
}

function describe(url: string, error: unknown, timeout: number): NoAnswer {
  if (error instanceof NoAnswer) return error
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError'))
    return new NoAnswer(`${url} does not answer within ${timeout / 1000} s`)
  const certificateTime = hasCode(error, 'CERT_HAS_EXPIRED') || hasCode(error, 'CERT_NOT_YET_VALID')
  return new NoAnswer(`${url} cannot be asked: ${escapeControls(messageOf(error)) || 'refused'}`, { certificateTime })
}

/** The words of a problem document (RFC 7807), one line. */
function problemIn(text: string): string {
  const problem = parseJson(text)
  if (!isObject(problem) || typeof problem.detail !== 'string') return ''
  return `: ${escapeControls(problem.detail.replace(/\s+/g, ' ')).slice(0, 300)}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Told by the caller, as what is no JSON object.
    return undefined
  }
}
