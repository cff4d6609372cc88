import { html } from 'hono/html'
import type { Markup } from '../markup.ts'

type Cell = Markup | string | number

/**
 * A table; the first cell of each row names it. A narrow window shows each cell below the next, with its head.
 * @param caption for those who cannot see what is around it
 * @param empty what is shown when it has no rows
 */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  empty: string | Markup,
): Markup {
  if (rows.length === 0) return html`<p class="soft">${empty}</p>`
  const cell = (content: Cell, at: number) => html`<td data-head="${heads[at + 1]}">${content}</td>`
  const body = rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map(cell)}</tr>`)
  const head = heads.map(name => (name === '' ? html`<td></td>` : html`<th scope="col">${name}</th>`))
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}
