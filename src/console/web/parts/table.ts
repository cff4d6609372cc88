import { html } from 'hono/html'
import { type Markup, NONE } from '../markup.ts'

type Cell = Markup | string | number

/** A table; the first cell of each row names it. @param empty what stands there when it has no rows */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  empty: string,
): Markup {
  if (rows.length === 0) return html`<p class="soft">${empty}</p>`
  const body = rows.map(
    ([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map(cell => html`<td>${cell}</td>`)}</tr>`,
  )
  const head = heads.map(name => (name === '' ? html`<td></td>` : html`<th scope="col">${name}</th>`))
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table>${
    caption === '' ? NONE : html`<caption>${caption}</caption>`
  }<thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}
