import { request as askHttp, type IncomingMessage } from 'node:http'
import { request as askHttps } from 'node:https'
import { isIP } from 'node:net'
import { type CheckResult, failed, ok } from './check.ts'
import type { Addresses } from './dns.ts'
import { nextUrl, quotedExcerpt, unreachable } from './fetch-problems.ts'

/** A challenge response, ready to be fetched. */
export interface Token {
  readonly name: string
  readonly content: string
}

/** How tokens are fetched. */
export interface FetchOptions {
  /** Default: 80; an authority uses no other port. */
  readonly httpPort: number
  readonly addressesOf: (name: string) => Promise<Addresses>
  /** Milliseconds for each request; Let's Encrypt waits 10 s. */
  readonly timeout: number
}

/** Maximum number of redirections that an authority follows. */
const REDIRECTIONS = 10
/** Maximum number of bytes to read. */
const LARGEST = 1024
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
    let answer: Answer
    try {
      answer = await ask(url, at, options)
    } catch (error) {
      return unreachable(from, at, error, options.timeout)
    }
    const { status, location, text } = answer
    const moved = status >= 300 && status < 400 && location !== undefined
    if (!moved) return judge(name, from, status, text, token, count)
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

function judge(
  name: string,
  from: string,
  status: number,
  text: string,
  token: Token,
  redirections: number,
): CheckResult {
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
