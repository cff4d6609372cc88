import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIPv6 } from 'node:net'
import type { Chooser } from './random.ts'

/** A request whose path is sent as it is: no client tidies it up. */
export interface Visit {
  readonly scheme: 'http' | 'https'
  /** The name that is asked for, as the visitor spells it. */
  readonly host: string
  readonly path: string
  /** The address that the visitor comes from: one of this machine. */
  readonly from: string
  readonly port: number
  readonly headers?: Readonly<Record<string, string>>
}

/** What came back; no status: the connection was closed without an answer. */
export interface Visited {
  readonly status: number | undefined
  readonly body: string
}

const AT_ONCE = 32

/** Makes many visits to this machine, over the loopback of the visitor's family. The answers come in the order of the visits. */
export async function visitAll(visits: readonly Visit[]): Promise<Visited[]> {
  const answers: Visited[] = []
  const waiting = visits.entries()
  const worker = async () => {
    for (const [index, visit] of waiting) answers[index] = await visitOnce(visit)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return answers
}

function visitOnce({ scheme, host, path, from, port, headers }: Visit): Promise<Visited> {
  const options = { host: isIPv6(from) ? '::1' : '127.0.0.1', port, path, localAddress: from, agent: false }
  const tls = { servername: host.replace(/\.$/, ''), rejectUnauthorized: false }
  const sent = { ...options, ...(scheme === 'https' ? tls : {}), headers: { Host: host, ...headers } }
  return new Promise((resolve, reject) => {
    const request = (scheme === 'https' ? httpsRequest : httpRequest)(sent, response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', chunk => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode, body }))
    })
    request.setTimeout(20_000, () => request.destroy(new Error('no answer in time')))
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') resolve({ status: undefined, body: '' })
      else reject(new Error(`${scheme}://${host}${path} from ${from}: ${error.message}`, { cause: error }))
    })
    request.end()
  })
}

/** The path that a URL means: decoded, without double slashes and dots. Undefined if it leaves the site. */
export function meantPath(url: string): string | undefined {
  const parts: string[] = []
  const all = decodeURIComponent(url.replace(/\?.*/, '')).split('/')
  for (const [index, part] of all.entries()) {
    if (part === '..' && parts.pop() === undefined) return undefined
    if (part !== '' && part !== '.' && part !== '..') parts.push(part)
    if (index === all.length - 1 && (part === '' || /^\.{1,2}$/.test(part))) parts.push('')
  }
  return `/${parts.join('/')}`
}

/** A path as an attacker spells it. `others`: paths that he may be after. */
export function disguise(path: string, { pick }: Chooser, others: readonly string[]): string {
  const ways: readonly (() => string)[] = [
    () => path.replace('/', '//'),
    () => `/x/..${path}`,
    () => `${pick(others)}/%2e%2E${path}`,
    () => `${pick(others)}//..${path}`,
    () => `${path}/../${pick(others).slice(1)}`,
    () => path.replace('a', '%61'),
    () => `${path}?/../${pick(others)}`,
    () => `${path};/x`,
    () => `${path}%2f..%2Fb`,
    () => `${path}/..${pick([';', '\\', '%5C', ''])}/b`,
    () => path.toUpperCase(),
    () => path.replace(/[^/]+/, pick(['$&;x', '$&.', '$&%20', ';x/$&', '$&%5c'])),
    () => `${path}%00`,
    () => path,
    () => path,
    () => path,
  ]
  return pick(ways)()
}
