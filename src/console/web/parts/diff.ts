import { html } from 'hono/html'
import type { Markup } from '../markup.ts'

const KINDS: Readonly<Record<string, string>> = { '+': 'add', '-': 'del', '@': 'at' }

/** A unified diff, as `diff -u` prints it, without its two head lines. */
export function diffView(text: string): Markup {
  const lines = text
    .replace(/^--- .*\n\+\+\+ .*\n/, '')
    .replace(/\n$/, '')
    .split('\n')
  return html`<pre class="diff" tabindex="0">${lines.map(line => html`<span class="${KINDS[line[0] ?? ''] ?? ''}">${line}</span>`)}</pre>`
}
