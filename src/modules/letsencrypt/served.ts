import { connect } from 'node:tls'
import { sayTime } from '../../base/time.ts'
import { pause } from '../../system/pause.ts'

/** A name whose TLS server does not show the expected certificate. */
export interface NotServed {
  readonly name: string
  /** `host:port` */
  readonly server: string
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
    const wrong: (NotServed & { fingerprint: string })[] = []
    for (let start = 0; start < open.length; start += AT_ONCE) {
      const some = open.slice(start, start + AT_ONCE)
      const reasons = await Promise.all(some.map(one => whyNot(one.name, one.server, one.fingerprint)))
      for (const [index, one] of some.entries()) {
        const reason = reasons[index]
        if (reason !== undefined) wrong.push({ ...one, reason })
      }
    }
    if (wrong.length === 0 || Date.now() >= end)
      return wrong.map(({ name, server, reason }) => ({ name, server, reason }))
    open = wrong
    await pause(200)
  }
}

/** Why a server does not show the certificate for a name; undefined if it does. */
async function whyNot(name: string, server: string, fingerprint: string): Promise<string | undefined> {
  const shown = await shownCertificate(name, server)
  if ('problem' in shown) return shown.problem
  if (shown.fingerprint === fingerprint) return undefined
  return `it serves another certificate: by ${shown.issuer}, until ${sayTime(shown.until)}`
}

type Shown =
  | { readonly fingerprint: string; readonly issuer: string; readonly until: string }
  | { readonly problem: string }

/** The certificate that a TLS server shows for a name, trusted or not. */
function shownCertificate(name: string, server: string): Promise<Shown> {
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
    const finish = (shown: Shown) => {
      socket.destroy()
      resolve(shown)
    }
    socket.once('secureConnect', () => {
      const { fingerprint256, issuer, valid_to } = socket.getPeerCertificate()
      finish({ fingerprint: fingerprint256, issuer: String(issuer?.CN ?? 'an unnamed issuer'), until: valid_to })
    })
    socket.once('timeout', () => finish({ problem: `no answer within ${HANDSHAKE / 1000} s` }))
    socket.once('error', error => finish({ problem: error.message }))
  })
}
