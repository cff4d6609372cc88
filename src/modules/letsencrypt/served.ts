import { setTimeout as pause } from 'node:timers/promises'
import { connect } from 'node:tls'
import { inParallel } from '../../base/in-parallel.ts'
import { sayTime } from '../../base/time.ts'

/** The certificate that a TLS server should show for a name. */
interface Expected {
  readonly name: string
  /** `host:port` */
  readonly server: string
  readonly fingerprint: string
}

/** A name whose TLS server does not show it. */
export interface NotServed extends Expected {
  readonly reason: string
}

/** Time limit of a handshake in milliseconds. */
const HANDSHAKE = 5000
/** Number of simultaneous handshakes. */
const AT_ONCE = 16

/**
 * Gets the certificates of the running daemons, with one handshake for each name and server, until all show the expected
 * certificate or the time is up: a reload is not complete when its command has ended.
 * @param expected fingerprint (SHA-256, as node:crypto writes it) by name
 * @param patience milliseconds
 */
export async function findNotServed(
  expected: ReadonlyMap<string, string>,
  servers: readonly string[],
  patience: number,
): Promise<NotServed[]> {
  const end = Date.now() + patience
  let open = servers.flatMap(server => [...expected].map(([name, fingerprint]) => ({ name, server, fingerprint })))
  for (;;) {
    const reasons = await inParallel(open, AT_ONCE, whyNot)
    const wrong = open.flatMap((one, index) => {
      const reason = reasons[index]
      return reason === undefined ? [] : [{ ...one, reason }]
    })
    if (wrong.length === 0 || Date.now() >= end) return wrong
    open = wrong
    await pause(200)
  }
}

/** Why a TLS server does not show the certificate for a name, trusted or not; undefined if it does. */
function whyNot({ name, server, fingerprint }: Expected): Promise<string | undefined> {
  const at = server.lastIndexOf(':')
  // A wildcard is checked with one of its names.
  const servername = name.replace('*.', 'gabarit-check.')
  return new Promise(resolve => {
    const socket = connect({
      host: server.slice(0, at),
      port: Number(server.slice(at + 1)),
      servername,
      rejectUnauthorized: false,
      timeout: HANDSHAKE,
    })
    const finish = (reason: string | undefined) => {
      socket.destroy()
      resolve(reason)
    }
    socket.once('secureConnect', () => {
      const { fingerprint256, issuer, valid_to } = socket.getPeerCertificate()
      const shown = `by ${issuer?.CN ?? 'an unnamed issuer'}, until ${sayTime(valid_to)}`
      finish(fingerprint256 === fingerprint ? undefined : `it serves another certificate: ${shown}`)
    })
    socket.once('timeout', () => finish(`no answer within ${HANDSHAKE / 1000} s`))
    socket.once('error', error => finish(error.message))
  })
}
