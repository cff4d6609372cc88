import { askHttps } from '../../https.ts'
import type { Fetch } from './client.ts'

/** How the libraries ask the provider: with verified HTTPS, without redirects, and with limits of time and size. */
export const fetchFromProvider: Fetch = async (url, { method = 'GET', headers, body }) => {
  const sent = Object.fromEntries(new Headers(headers))
  const answer = await askHttps(url, { method, headers: sent, body: body == null ? undefined : String(body) })
  const received = Object.entries(answer.headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  )
  const content = [204, 205, 304].includes(answer.status) ? null : new Uint8Array(answer.body)
  return new Response(content, { status: answer.status, headers: received })
}
