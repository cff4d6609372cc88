import { isIP } from 'node:net'
import { escapeControls } from '../../../base/escape-controls.ts'
import { hasCode, messageOf } from '../../../base/failure.ts'
import { type CheckResult, failed } from './check.ts'

/**
 * Why an address does not answer, and what to do about it.
 * @param from its name in the report
 */
export function unreachable(from: string, address: string, error: unknown, timeout: number): CheckResult {
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError'))
    return failed('fetch', `${from} did not answer within ${timeout / 1000} s`, closed(address))
  if (hasCode(error, 'ECONNREFUSED')) return failed('fetch', `${from} refused the connection`, closed(address))
  const noRoute = ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL'].some(code => hasCode(error, code))
  if (noRoute && isIP(address) === 6)
    return failed(
      'fetch',
      `${from} cannot be reached: this server has no IPv6 connection`,
      'Remove the AAAA record, unless another machine answers there for this one (--skip fetch).',
    )
  if (noRoute) return failed('fetch', `${from} cannot be reached: there is no route`, closed(address))
  return failed('fetch', `${from} interrupted the connection: ${escapeControls(messageOf(error))}`, closed(address))
}

function closed(address: string): string {
  const record = isIP(address) === 6 ? 'AAAA' : 'A'
  return `Is the ${record} record correct, the web server running, and port 80 open and forwarded by the router?\nIf only this server cannot reach its own public address: --skip fetch`
}

/** The target of a redirection or, in words, why an authority would not follow it. */
export function nextUrl(location: string, from: URL, httpPort: number): URL | string {
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
export function quotedExcerpt(text: string): string {
  return JSON.stringify(escapeControls(text).slice(0, 60))
}
