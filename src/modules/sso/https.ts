import { type RequestOptions, request } from 'node:https'
import { type ConnectionOptions, createSecureContext, rootCertificates, type SecureContext } from 'node:tls'
import { Failure, messageOf } from '../../base/failure.ts'
import { answerTo, type HttpAnswer } from '../../system/http-answer.ts'
import { exists, readText } from '../../system/read-files.ts'

/** How long a server may take for the whole of its answer, in milliseconds. */
const LIMIT = 10_000

/** What an answer has at most, in bytes. */
const LARGEST = 512 * 1024

/** The authorities that the administrator of a Debian trusts, with those of the house (update-ca-certificates(8)). */
const SYSTEM_ROOTS = '/etc/ssl/certs/ca-certificates.crt'

export interface HttpsQuestion {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** Asks this machine at this port, whatever its certificate is. */
  readonly localPort?: number
  /** Only its head is wanted. */
  readonly headOnly?: boolean
}

/**
 * Asks a server by HTTPS. Its certificate is verified, redirects are not followed, and time and size are limited.
 * @throws Failure if it does not answer, or too much
 */
export async function askHttps(address: string, question: HttpsQuestion = {}): Promise<HttpAnswer> {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url?.protocol !== 'https:') throw new Failure(`this is not an address of HTTPS: ${address}`)
  const { method = 'GET', headers = {}, body, localPort, headOnly } = question
  const there: RequestOptions & Pick<ConnectionOptions, 'secureContext'> =
    localPort === undefined
      ? { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || 443, secureContext: trusted() }
      : { host: '127.0.0.1', port: localPort, servername: url.hostname, rejectUnauthorized: false }
  const options = {
    ...there,
    method,
    agent: false,
    path: url.pathname + url.search,
    signal: AbortSignal.timeout(LIMIT),
  }
  try {
    const asked = request({ ...options, headers: { host: url.host, ...headers } })
    return await answerTo(asked, headOnly === true ? 0 : LARGEST, body)
  } catch (error) {
    const late = error instanceof Error && ['AbortError', 'TimeoutError'].includes(error.name)
    throw new Failure(late ? `no answer within ${LIMIT / 1000} s` : messageOf(error), {
      where: url.origin,
      cause: error,
    })
  }
}

let context: SecureContext | undefined

/** The authorities of Node, and those of the system: made once, as it takes a while. */
function trusted(): SecureContext {
  const own = exists(SYSTEM_ROOTS) ? [readText(SYSTEM_ROOTS)] : []
  context ??= createSecureContext({ ca: [...rootCertificates, ...own] })
  return context
}
