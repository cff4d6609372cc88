import { html } from 'hono/html'
import { type Markup, NONE } from '../markup.ts'

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
  return groupedTable(
    caption,
    heads,
    rows.map(([first = '', ...rest]) => [first, [rest]]),
    empty,
  )
}

/** The same, where the first cell names several rows. */
export function groupedTable(
  caption: string,
  heads: readonly string[],
  groups: readonly (readonly [name: Cell, rows: readonly (readonly Cell[])[]])[],
  empty: string | Markup,
): Markup {
  if (groups.length === 0) return html`<p class="soft">${empty}</p>`
  const cell = (content: Cell, at: number) => html`<td data-head="${heads[at + 1]}">${content}</td>`
  const body = groups.map(([name, rows]) => {
    const span = rows.length > 1 ? html` rowspan="${rows.length}"` : NONE
    return rows.map(
      (row, at) => html`<tr>${at === 0 ? html`<th scope="row"${span}>${name}</th>` : NONE}${row.map(cell)}</tr>`,
    )
  })
  const head = heads.map(name => (name === '' ? html`<td></td>` : html`<th scope="col">${name}</th>`))
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}
