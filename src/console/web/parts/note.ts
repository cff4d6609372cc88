import { html } from 'hono/html'
import { type Markup, NONE } from '../markup.ts'

type Kind = 'ok' | 'warn' | 'bad'

/** Something to read first. It is read out when it is bad. */
export function note(kind: Kind, text: string | Markup): Markup {
  return html`<div class="note ${kind}"${kind === 'bad' ? html` role="alert"` : NONE}>${text}</div>`
}

/** The same for each of some lines of a command, below a title; nothing if there are none. @param rest what stands below them */
export function notes(kind: Kind, title: string, lines: readonly (string | Markup)[], rest: Markup = NONE): Markup {
  if (lines.length === 0) return NONE
  return note(kind, html`<b>${title}</b>${lineList(lines)}${rest}`)
}

/** The same, where all but the first few lines are folded. @param more says how many there are */
export function foldedNotes(
  kind: Kind,
  title: string,
  lines: readonly (string | Markup)[],
  more: (count: number) => string,
): Markup {
  const folded = lines.slice(FIRST)
  const rest = html`<details><summary>${more(folded.length)}</summary>${lineList(folded)}</details>`
  return notes(kind, title, lines.slice(0, FIRST), folded.length === 0 ? NONE : rest)
}

const FIRST = 3

function lineList(lines: readonly (string | Markup)[]): Markup {
  return html`<ul lang="en">${lines.map(line => html`<li>${line}</li>`)}</ul>`
}
