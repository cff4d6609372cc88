import { html } from 'hono/html'
import { type Markup, NONE } from '../markup.ts'

/** What is wrong with a field, above it: what a command says of it. @param first in the language of the page */
export function wrongText(id: string, problems: readonly string[], first = ''): Markup {
  if (problems.length === 0 && first === '') return NONE
  return html`<div class="error" id="${id}-error">${first}${problems.map(problem => html`<p lang="en">${problem}</p>`)}</div>`
}
