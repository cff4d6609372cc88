import { type RequestOptions, request } from 'node:https'
import { rootCertificates } from 'node:tls'
import { escapeControls } from '../../base/escape-controls.ts'
import { hasCode, messageOf, orUndefined } from '../../base/failure.ts'
import { isObject } from '../../base/is-object.ts'
import { answerTo, TooLarge } from '../../system/http-answer.ts'
import { readBytes } from '../../system/read-files.ts'
import type { Authority } from './world.ts'

/** An authority did not answer properly. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  /** Whether the certificate of its HTTPS server is not valid at this server's time: one of the two clocks is wrong. */
  readonly certificateTime: boolean

  constructor(message: string, certificateTime = false) {
    super(message)
    this.certificateTime = certificateTime
  }
}

/**
 * Gets the directory of an authority (RFC 8555 §7.1.1).
 * @param timeout milliseconds for the whole request
 * @throws NoAnswer
 */
export async function askDirectory(authority: Authority, timeout = 10_000) {
  const { body, date } = await askJson(authority.directory, authority, timeout)
  const { meta, renewalInfo } = body
  const identities: unknown[] = isObject(meta) && Array.isArray(meta.caaIdentities) ? meta.caaIdentities : []
  return {
    date,
    /** Domain names that identify the authority in CAA records. */
    caaIdentities: identities.filter(name => typeof name === 'string'),
    /** URL of the renewal information (RFC 9773 §3). */
    renewalInfo: typeof renewalInfo === 'string' ? renewalInfo : undefined,
  }
}

/**
 * Gets a JSON document of an authority over HTTPS.
 * @throws NoAnswer if it cannot be reached or trusted, or answers with an error or without a JSON object
 */
export async function askJson(url: string, { bundle }: Authority, timeout: number) {
  const trusted = bundle === undefined ? {} : { ca: [...rootCertificates, readBundle(bundle)] }
  const { status, text, ...headers } = await get(url, trusted, timeout)
  if (status !== 200) throw new NoAnswer(`${url} answers ${status}${problemIn(text)}`)
  const body: unknown = orUndefined(() => JSON.parse(text))
  if (!isObject(body)) throw new NoAnswer(`${url} answered with something other than a JSON object`)
  return { ...headers, body }
}

/**
 * The time of an authority whose certificate cannot be verified because this server's clock may be wrong.
 * Nothing else in the answer is used.
 */
export async function untrustedTime(url: string): Promise<number | undefined> {
  try {
    return (await get(url, { rejectUnauthorized: false }, 10_000)).date
  } catch {
    // The time is unknown; the caller has a better reason to show.
    return undefined
  }
}

/** Maximum size of an answer in bytes. A directory has about 1 kB. */
const LARGEST = 65_536

/**
 * Gets a document over HTTPS, without following redirections.
 * @param trust which certificates are accepted; default: Node's own roots
 * @param timeout milliseconds for the complete answer
 * @throws NoAnswer
 */
async function get(url: string, trust: Pick<RequestOptions, 'ca' | 'rejectUnauthorized'>, timeout: number) {
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:') throw new NoAnswer(`${url} is not an https URL`)
  const wanted = { 'User-Agent': 'gabarit', Accept: 'application/json' }
  const signal = AbortSignal.timeout(timeout)
  try {
    const asked = request(url, { ...trust, signal, headers: wanted, agent: false })
    const { status, headers, body } = await answerTo(asked, LARGEST)
    const date = Date.parse(headers.date ?? '')
    return {
      status,
      text: body.toString(),
      /** Milliseconds since 1970. */
      date: Number.isNaN(date) ? undefined : date,
      retryAfter: headers['retry-after'],
    }
  } catch (error) {
    if (error instanceof TooLarge) throw new NoAnswer(`${url}: ${error.message}`)
    if (signal.aborted) throw new NoAnswer(`${url} did not answer within ${timeout / 1000} s`)
    const certificateTime = hasCode(error, 'CERT_HAS_EXPIRED') || hasCode(error, 'CERT_NOT_YET_VALID')
    throw new NoAnswer(`${url} cannot be reached: ${escapeControls(messageOf(error)) || 'refused'}`, certificateTime)
  }
}

function readBundle(file: string): Buffer {
  try {
    return readBytes(file)
  } catch (error) {
    throw new NoAnswer(`the root certificates (CABundle) ${file} ${messageOf(error)}`)
  }
}

/** The words of a problem document (RFC 7807), one line. */
function problemIn(text: string): string {
  const problem: unknown = orUndefined(() => JSON.parse(text))
  if (!isObject(problem) || typeof problem.detail !== 'string') return ''
  return `: ${escapeControls(problem.detail.replace(/\s+/g, ' ')).slice(0, 300)}`
}
