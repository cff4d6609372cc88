import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { TLSSocket } from 'node:tls'
import { messageOf } from '../system/failure.ts'

/** Time limit of one question, in milliseconds. */
const LIMIT = 10_000

/** What a server said, or why it said nothing. */
export interface Answer {
  readonly status: number | undefined
  /** Milliseconds until the first line of the answer. */
  readonly time: number
  /** Where a redirection leads. */
  readonly location: string | undefined
  readonly certificate: Certificate | undefined
  /** Why there is no answer. */
  readonly problem: string | undefined
}

/** The certificate that was shown. */
export interface Certificate {
  readonly issuer: string
  readonly selfSigned: boolean
  /** Whether it bears the name that was asked for. */
  readonly fits: boolean
  /** End of its validity, in milliseconds since 1970. */
  readonly ends: number
}

/** Where to ask instead of where the name leads. */
export interface Via {
  readonly host: string
  readonly port: number
}

/**
 * Asks once, on a connection of its own, and reads no more than the head of the answer. Certificates are told of, not
 * judged.
 * @param name host name that is asked for
 * @param via the machine that is asked; default: the one of the address
 */
export function ask(url: string, name: string, via?: Via): Promise<Answer> {
  const started = performance.now()
  const nothing = { status: undefined, location: undefined, certificate: undefined }
  const end = (answer: Partial<Answer>): Answer => {
    const time = Math.round(performance.now() - started)
    return { ...nothing, problem: undefined, ...answer, time }
  }
  return new Promise(resolve => {
    try {
      const { protocol, hostname, port, pathname } = new URL(url)
      const tls = protocol === 'https:'
      const host = via?.host ?? hostname.replace(/^\[|\]$/g, '')
      const options = {
        ...{ host, port: via?.port ?? (port || (tls ? 443 : 80)), path: pathname, agent: false, timeout: LIMIT },
        ...{
          headers: { host: name, 'user-agent': 'gabarit proxy check' },
          rejectUnauthorized: false,
          servername: name,
        },
      }
      const asked = (tls ? tlsRequest : plainRequest)(options, response => {
        const { socket, statusCode: status, headers } = response
        resolve(end({ status, location: headers.location, certificate: certificateOf(socket, name) }))
        asked.destroy()
      })
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${LIMIT / 1000} s`)))
      asked.on('error', error => resolve(end({ problem: error.message })))
      asked.end()
    } catch (error) {
      resolve(end({ problem: messageOf(error) }))
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
