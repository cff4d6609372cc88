import { once } from 'node:events'
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { type RequestOptions, request as tlsRequest } from 'node:https'
import { connect, isIP } from 'node:net'
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
 * Sends one request on a separate connection (of `tcp://HOST:PORT` it only makes the connection), and reads only the head of the answer. Certificates are reported, not verified.
 * @param name host name to request
 */
export async function ask(url: string, name: string, target: Target): Promise<Answer> {
  const started = performance.now()
  const answer = await send(url, name, target).catch((error: unknown) => silent(messageOf(error)))
  return { ...answer, time: Math.round(performance.now() - started) }
}

async function send(url: string, name: string, target: Target): Promise<Omit<Answer, 'time'>> {
  const asks = new URL(url)
  const tls = asks.protocol === 'https:'
  const {
    host = asks.hostname.replace(/^\[|\]$/g, ''),
    port = asks.port || (tls ? 443 : 80),
    servername = name,
  } = target
  if (asks.protocol === 'tcp:') {
    const socket = connect({ host: String(host), port: Number(port), timeout: LIMIT })
    socket.on('timeout', () => socket.destroy(tooLong()))
    await once(socket, 'connect')
    socket.destroy()
    return { status: undefined, location: undefined, certificate: undefined, problem: undefined }
  }
  const asked = (tls ? tlsRequest : plainRequest)({
    ...{ host, port, path: asks.pathname, agent: false, timeout: LIMIT },
    headers: { host: name, 'user-agent': 'gabarit proxy check' },
    rejectUnauthorized: false,
    // An address is not a name (RFC 6066, 3).
    servername: isIP(servername) === 0 ? servername : '',
  })
  asked.on('timeout', () => asked.destroy(tooLong()))
  // After the head of the answer, errors do not matter.
  asked.on('error', () => undefined).end()
  const [{ socket, statusCode: status, headers }] = (await once(asked, 'response')) as [IncomingMessage]
  const certificate = certificateOf(socket, name)
  asked.destroy()
  return { status, location: headers.location, certificate, problem: undefined }
}

function tooLong(): Error {
  return new Error(`no answer within ${LIMIT / 1000} s`)
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
