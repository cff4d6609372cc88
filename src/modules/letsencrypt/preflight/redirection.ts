import { isIP } from 'node:net'
import { quotedExcerpt } from './excerpt.ts'

/** Where a redirection leads; or, in words, why an authority does not go there. */
export function nextUrl(location: string, from: URL, httpPort: number): URL | string {
  if (!URL.canParse(location, from.href)) return `redirected to no address: ${quotedExcerpt(location)}`
  const next = new URL(location, from.href)
  if (next.protocol !== 'http:' && next.protocol !== 'https:')
    return `redirected to ${quotedExcerpt(location)}, no web address`
  if (!['', '80', '443', String(httpPort)].includes(next.port))
    return `redirected to port ${next.port}; an authority follows to 80 and 443 only`
  if (isIP(next.hostname.replace(/^\[|\]$/g, '')) !== 0)
    return `redirected to the address ${next.hostname}; an authority follows to names only`
  return next
}
