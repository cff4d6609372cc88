import { html } from 'hono/html'
import type { Markup } from '../markup.ts'
import type { Visit } from '../visit.ts'

/** A time, in the server's time zone. @param time ISO 8601 */
export function moment({ language }: Visit, time: string): Markup {
  const said = new Date(time).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' })
  return html`<time datetime="${time}">${said}</time>`
}
