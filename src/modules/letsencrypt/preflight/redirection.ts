import { isIP } from 'node:net'
import { quotedExcerpt } from './excerpt.ts'

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
