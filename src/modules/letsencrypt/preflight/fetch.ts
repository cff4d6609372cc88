import { request as askHttp, type IncomingMessage } from 'node:http'
import { request as askHttps } from 'node:https'
import { isIP } from 'node:net'
import { escapeControls } from '../../../base/escape-controls.ts'
import { hasCode, messageOf } from '../../../base/failure.ts'
import { runCommand } from '../../../system/run.ts'
import { type CheckResult, failed, ok } from './check.ts'
import type { Addresses } from './dns.ts'

/** A challenge response, ready to be fetched. */
export interface Token {
  readonly name: string
  readonly content: string
}

export interface FetchOptions {
  /** 80; an authority uses no other port. */
  readonly httpPort: number
  readonly addressesOf: (name: string) => Promise<Addresses>
  /** Milliseconds for each request; Let's Encrypt waits 10 s. */
  readonly timeout: number
}

/** Maximum number of redirections that an authority follows. */
const REDIRECTIONS = 10
/** Maximum number of bytes to read. */
const LARGEST = 1024
/** Exit status of ip(8) when the kernel refuses. */
const NO_ROUTE = 2
const FOLDER = '/.well-known/acme-challenge/'

/**
 * Fetches a token as an authority does (RFC 8555 §8.3, and Let's Encrypt's rules for redirections): over HTTP on port 80 of one
 * address, with this host name. Redirections to http and https on their standard ports are followed, whatever the certificate.
 */
export async function fetchToken(
  name: string,
  address: string,
  token: Token,
  options: FetchOptions,
): Promise<CheckResult> {
  let url = new URL(`http://${name}${FOLDER}${token.name}`)
  let at = address
  for (let count = 0; ; count++) {
    const from = `${address}${count === 0 ? '' : ` → ${url.href}`}`
    const answer = await ask(url, at, options).catch((error: unknown) => unreachable(from, at, error, options.timeout))
    if ('check' in answer) return answer
    const { status, location } = answer
    const moved = status >= 300 && status < 400 && location !== undefined
    if (!moved) return judge(name, from, answer, token, count)
    if (count === REDIRECTIONS)
      return failed(
        'fetch',
        `${from}: more than ${REDIRECTIONS} redirections`,
        'Let the web server answer without redirecting.',
      )
    const next = nextUrl(location, url, options.httpPort)
    if (typeof next === 'string') return failed('fetch', `${from}: ${next}`, exempt(name))
    if (next.hostname !== url.hostname) {
      const { found } = next.hostname === name ? { found: [address] } : await options.addressesOf(next.hostname)
      // An authority prefers IPv6 addresses.
      const target = found.find(candidate => isIP(candidate) === 6) ?? found[0]
      if (target === undefined)
        return failed('fetch', `${from}: redirected to ${next.hostname}, which has no address`, exempt(name))
      at = target
    }
    url = next
  }
}

interface Answer {
  readonly status: number
  readonly location: string | undefined
  readonly text: string
}

function ask(url: URL, address: string, { httpPort, timeout }: FetchOptions): Promise<Answer> {
  const secure = url.protocol === 'https:'
  const port = url.port !== '' ? Number(url.port) : secure ? 443 : httpPort
  const target = {
    host: address,
    port,
    path: url.pathname + url.search,
    headers: { Host: url.host, Accept: '*/*', 'User-Agent': 'gabarit' },
    signal: AbortSignal.timeout(timeout),
    agent: false,
  }
  return new Promise((resolve, reject) => {
    const take = (response: IncomingMessage) => {
      let text = ''
      const end = () =>
        resolve({ status: response.statusCode ?? 0, location: response.headers.location, text: text.slice(0, LARGEST) })
      response.setEncoding('utf8')
      response.on('error', reject)
      response.on('end', end)
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length <= LARGEST) return
        end()
        response.destroy()
      })
    }
    // The certificate is what we are about to get, so any is accepted; an authority does the same.
    const asked = secure
      ? askHttps({ ...target, servername: url.hostname, rejectUnauthorized: false }, take)
      : askHttp(target, take)
    asked.on('error', reject)
    asked.end()
  })
}

/**
 * Why an address does not answer, and what to do about it.
 * @param from its name in the report
 */
async function unreachable(from: string, address: string, error: unknown, timeout: number): Promise<CheckResult> {
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError'))
    return failed('fetch', `${from} did not answer within ${timeout / 1000} s`, closed(address))
  // Not every runtime says by its code that there is no route.
  const { status } = await runCommand(['ip', 'route', 'get', address], { timeout })
  const noRoute = status === NO_ROUTE || hasCode(error, 'EHOSTUNREACH')
  if (noRoute && isIP(address) === 6)
    return failed(
      'fetch',
      `${from} cannot be reached: this server has no IPv6 connection`,
      'Remove the AAAA record, unless another machine answers there for this one (--skip fetch).',
    )
  if (noRoute) return failed('fetch', `${from} cannot be reached: there is no route`, closed(address))
  if (hasCode(error, 'ECONNREFUSED')) return failed('fetch', `${from} refused the connection`, closed(address))
  return failed('fetch', `${from} interrupted the connection: ${escapeControls(messageOf(error))}`, closed(address))
}

function closed(address: string): string {
  const record = isIP(address) === 6 ? 'AAAA' : 'A'
  return `Is the ${record} record correct, the web server running, and port 80 open and forwarded by the router?\nIf only this server cannot reach its own public address: --skip fetch`
}

/** The target of a redirection or, in words, why an authority would not follow it. */
function nextUrl(location: string, from: URL, httpPort: number): URL | string {
  if (!URL.canParse(location, from.href)) return `redirected to an invalid URL: ${quotedExcerpt(location)}`
  const next = new URL(location, from.href)
  if (next.protocol !== 'http:' && next.protocol !== 'https:')
    return `redirected to ${quotedExcerpt(location)}, which is not a web URL`
  if (!['', '80', '443', String(httpPort)].includes(next.port))
    return `redirected to port ${next.port}; an authority only follows to 80 and 443`
  if (isIP(next.hostname.replace(/^\[|\]$/g, '')) !== 0)
    return `redirected to the address ${next.hostname}; an authority only follows to names`
  return next
}

/** The beginning of an untrusted text, quoted, on one line. */
function quotedExcerpt(text: string): string {
  return JSON.stringify(escapeControls(text).slice(0, 60))
}

function judge(name: string, from: string, { status, text }: Answer, token: Token, redirections: number): CheckResult {
  if (status === 200 && text.trimEnd() === token.content)
    return ok('fetch', redirections === 0 ? from : `${from} (${redirections} redirected)`)
  const [what, hint] =
    status === 200 ? [`something else: ${quotedExcerpt(text)}`, elsewhere(name)] : [`${status}`, notFound(name)]
  return failed('fetch', `${from} answers ${what}`, hint)
}

function notFound(name: string): string {
  return `Either ${elsewhere(name)} Or the web server does not serve ${FOLDER}: signal-event console-save`
}

function elsewhere(name: string): string {
  return `${name} points to another machine or site: correct its DNS entry, or exclude the name (--drop-failing).`
}

function exempt(name: string): string {
  return `Exclude ${FOLDER} of ${name} from the redirection.`
}
