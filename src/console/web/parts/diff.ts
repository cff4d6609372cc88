import { html } from 'hono/html'
import { type Markup, NONE } from '../markup.ts'

const KINDS = { '+': 'add', '-': 'del' } as const

/** Lines that stand together: the same in both texts, what was changed, or what leads to them. */
interface Block {
  readonly kind: 'same' | 'changed' | 'head'
  readonly old: string[]
  readonly now: string[]
}

/**
 * A unified diff, as `diff -u` prints it, without its two head lines. Where there is room, old and new stand side by side; else what
 * was changed stands below each other, as in the diff.
 */
export function diffView(text: string): Markup {
  const lines = text
    .replace(/^--- .*\n\+\+\+ .*\n/, '')
    .replace(/\n$/, '')
    .split('\n')
  return html`<div class="diff both"><div>${blocksOf(lines).map(blockView)}</div></div>`
}

function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = []
  let inHunk = false
  for (const [at, line] of lines.entries()) {
    inHunk = line.startsWith('@@') || (inHunk && /^[ +\-\\]/.test(line) && !isFileName(lines, at))
    const kind: Block['kind'] = !inHunk || line.startsWith('@@') ? 'head' : /^[+-]/.test(line) ? 'changed' : 'same'
    const last = blocks.at(-1)
    const block: Block = last?.kind === kind ? last : { kind, old: [], now: [] }
    if (block !== last) blocks.push(block)
    if (kind === 'changed' && line.startsWith('+')) block.now.push(line)
    else block.old.push(line)
  }
  return blocks
}

/** The name of the next file: two lines, then its first hunk. */
function isFileName(lines: readonly string[], at: number): boolean {
  return /^--- .*\n\+\+\+ .*\n@@/.test(lines.slice(at, at + 3).join('\n'))
}

function blockView({ kind, old, now }: Block): Markup {
  if (kind === 'head') return html`<div class="at">${old.map(line => html`<span>${line}</span>`)}</div>`
  // Who has the page read out hears once what is the same.
  const other =
    kind === 'same' ? html`<div aria-hidden="true">${old.map(lineView)}</div>` : html`<div>${now.map(lineView)}</div>`
  return html`<div class="${kind}"><div>${old.map(lineView)}</div>${other}</div>`
}

function lineView(line: string): Markup {
  const [sign = ''] = line
  const kind = sign === '+' || sign === '-' ? html` class="${KINDS[sign]}"` : NONE
  return html`<span${kind}>${line}</span>`
}
