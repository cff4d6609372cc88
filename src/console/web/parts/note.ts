import { html } from 'hono/html'
import { type Markup, NONE } from '../markup.ts'

type Kind = 'ok' | 'warn' | 'bad'

/** Something to read first. It is read out when it is bad. */
export function note(kind: Kind, text: string | Markup): Markup {
  return html`<div class="note ${kind}"${kind === 'bad' ? html` role="alert"` : NONE}>${text}</div>`
}

/** The same for each of some lines of a command, below a title; nothing if there are none. */
export function notes(kind: Kind, title: string, lines: readonly (string | Markup)[]): Markup {
  if (lines.length === 0) return NONE
  return note(kind, html`<b>${title}</b><ul lang="en">${lines.map(line => html`<li>${line}</li>`)}</ul>`)
}
