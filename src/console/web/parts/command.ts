import { html } from 'hono/html'
import type { Markup } from '../markup.ts'

/** A command line as it can be typed into a shell. */
export function shellLine(words: readonly string[]): string {
  const [program, ...rest] = words
  const own = program === 'gabarit' && rest[0] === 'signal-event' ? rest : words
  return own
    .map(word => (/^[\p{L}\p{N}_@%+=:,./…-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ')
}

/** The same without what only the console needs: which plan, and how it is told. */
export function shortLine(words: readonly string[]): string {
  return shellLine(words.filter((word, at) => !['--json-lines', '--plan'].includes(word) && words[at - 1] !== '--plan'))
}

/** The command that a page or a button stands for. */
export function commandOf(words: readonly string[]): Markup {
  return html`<code>${shellLine(words)}</code>`
}
