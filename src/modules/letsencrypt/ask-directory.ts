import { rootCertificates } from 'node:tls'
import { escapeControls } from '../../base/escape-controls.ts'
import { messageOf } from '../../base/failure.ts'
import { isObject } from '../../base/is-object.ts'
import { readBytes } from '../../system/read-files.ts'
import { get, NoAnswer } from './https-get.ts'
import type { Authority } from './world.ts'

/** A JSON document of an authority, with its headers. */
export interface Document {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  /** Header `Date`, milliseconds since 1970. */
  readonly date: number | undefined
  readonly retryAfter: string | undefined
}

/** The contents of an authority's directory (RFC 8555 §7.1.1). */
export interface Directory {
  readonly date: number | undefined
  /** Domain names that identify the authority in CAA records. */
  readonly caaIdentities: readonly string[]
  /** URL of the renewal information (RFC 9773 §3). */
  readonly renewalInfo: string | undefined
}

/**
 * Gets the directory of an authority.
 * @param timeout milliseconds for the whole request
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
 * @throws NoAnswer if it cannot be reached or trusted, or answers with an error or without a JSON object
 */
export async function askJson(url: string, { bundle }: Authority, timeout: number): Promise<Document> {
  const trusted = bundle === undefined ? {} : { ca: [...rootCertificates, readBundle(bundle)] }
  const answer = await get(url, trusted, timeout)
  if (answer.status !== 200)
    throw new NoAnswer(`${url} answers ${answer.status}${problemIn(answer.text)}`, { status: answer.status })
  const body = parseJson(answer.text)
  if (!isObject(body)) throw new NoAnswer(`${url} answered with something other than a JSON object`)
  const { date, retryAfter } = answer
  return { status: answer.status, body, date, retryAfter }
}

/**
 * The time of an authority whose certificate cannot be verified because this server's clock may be wrong.
 * Nothing else in the answer is used.
 */
export async function untrustedTime(url: string, timeout = 10_000): Promise<number | undefined> {
  try {
    return (await get(url, { rejectUnauthorized: false }, timeout)).date
  } catch {
    // The time is unknown; the caller has a better reason to show.
    return undefined
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
  const problem = parseJson(text)
  if (!isObject(problem) || typeof problem.detail !== 'string') return ''
  return `: ${escapeControls(problem.detail.replace(/\s+/g, ' ')).slice(0, 300)}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The caller reports that it is not a JSON object.
    return undefined
  }
}
