import { html } from 'hono/html'
import type { Markup } from '../markup.ts'

/** Lines of a text with their numbers, each with the id `L` and its number. @param href where the number of a line leads */
export function numberedLines(lines: readonly string[], href?: (number: number) => string, marked?: number): Markup {
  const width = String(lines.length).length
  const shown = lines.map((text, index) => {
    const number = index + 1
    const label = String(number).padStart(width)
    const head = href === undefined ? html`<i>${label}</i>` : html`<a href="${href(number)}">${label}</a>`
    return html`<span id="L${number}"${number === marked ? html` class="add"` : ''}>${head} ${text}</span>`
  })
  return html`<pre class="diff" tabindex="0">${shown}</pre>`
}

/** The lines of a text; its last line break begins none. */
export function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n')
}
