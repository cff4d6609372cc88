import { request as plainRequest } from 'node:http'
import { type RequestOptions, request as tlsRequest } from 'node:https'
import { isIP } from 'node:net'
import { TLSSocket } from 'node:tls'
import { messageOf } from '../../base/failure.ts'

/** Time limit of one request in milliseconds. */
const LIMIT = 10_000

/** The answer of a server, or why there is none. */
export interface Answer {
  readonly status: number | undefined
  /** Milliseconds until the first line of the answer. */
  readonly time: number
  /** Target of a redirection. */
  readonly location: string | undefined
  readonly certificate: Certificate | undefined
  /** Why there is no answer. */
  readonly problem: string | undefined
}

/** The certificate that was shown. */
export interface Certificate {
  readonly issuer: string
  readonly selfSigned: boolean
  /** Whether it contains the requested name. */
  readonly fits: boolean
  /** End of its validity, in milliseconds since 1970. */
  readonly ends: number
}

/** Where a request goes instead of the machine in its URL, and the name in the TLS handshake if it is not the requested one. */
type Target = Pick<RequestOptions, 'host' | 'port' | 'servername'>

/** The answer if no request was sent, or nobody answered. */
export function silent(problem: string): Answer {
  return { status: undefined, time: 0, location: undefined, certificate: undefined, problem }
}

/**
 * Sends one request on a separate connection, and reads only the head of the answer. Certificates are reported, not verified.
 * @param name host name to request
 */
export function ask(url: string, name: string, target: Target): Promise<Answer> {
  const started = performance.now()
  const end = (answer: Omit<Answer, 'time'>): Answer => ({ ...answer, time: Math.round(performance.now() - started) })
  return new Promise(resolve => {
    try {
      const asks = new URL(url)
      const tls = asks.protocol === 'https:'
      const { host = asks.hostname.replace(/^\[|\]$/g, ''), port = asks.port || (tls ? 443 : 80) } = target
      const { servername = name } = target
      const options = {
        ...{ host, port, path: asks.pathname, agent: false, timeout: LIMIT },
        headers: { host: name, 'user-agent': 'gabarit proxy check' },
        rejectUnauthorized: false,
        // An address is not a name (RFC 6066, 3).
        servername: isIP(servername) === 0 ? servername : '',
      }
      const asked = (tls ? tlsRequest : plainRequest)(options, response => {
        const { socket, statusCode: status, headers } = response
        const { location } = headers
        resolve(end({ status, location, certificate: certificateOf(socket, name), problem: undefined }))
        asked.destroy()
      })
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${LIMIT / 1000} s`)))
      asked.on('error', error => resolve(end(silent(error.message))))
      asked.end()
    } catch (error) {
      resolve(end(silent(messageOf(error))))
    }
  })
}

function certificateOf(socket: unknown, name: string): Certificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return undefined
  const issuer = /(?:^|\n)(?:CN|O)=(.*)/.exec(certificate.issuer)?.[1] ?? certificate.issuer
  return {
    issuer,
    selfSigned: certificate.checkIssued(certificate),
    fits: certificate.checkHost(name) !== undefined,
    ends: Date.parse(certificate.validTo),
  }
}
