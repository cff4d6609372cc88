import type { Piece } from './tags.ts'

/** A piece after the newline rules; `block` is raw text that stands alone on its line. */
export interface LinePiece extends Omit<Piece, 'kind'> {
  readonly kind: Piece['kind'] | 'block'
}

/**
 * The newline rules, which none of Eta's own trim settings gives:
 * a line of statements and blanks only leaves nothing; a line that is one `<%~ %>` becomes a block, whose text ends in
 * exactly one newline, or is nothing when empty; every other line stays as it is written.
 */
export function applyLineRules(pieces: readonly Piece[], source: string): LinePiece[] {
  const result: LinePiece[] = []
  let textFrom = 0
  for (let index = 0; index < pieces.length; ) {
    const piece = pieces[index]
    if (piece === undefined) break
    if (piece.kind === 'text') {
      const cut = Math.max(0, textFrom - piece.start)
      if (cut < piece.source.length)
        result.push({ ...piece, source: piece.source.slice(cut), start: piece.start + cut })
      index++
      continue
    }
    const end = runEnd(pieces, index)
    const run = pieces.slice(index, end)
    const tags = run.filter(({ kind }) => kind !== 'text')
    const alone = tags.length === 1 && piece.kind === 'raw'
    const lineEnd = ownLineEnd(source, piece.from, run.at(-1)?.to ?? piece.to)
    if (lineEnd !== undefined && (alone || tags.every(({ kind }) => kind === 'exec'))) {
      trimLineStart(result)
      for (const tag of tags) result.push(alone ? { ...tag, kind: 'block' } : tag)
      textFrom = lineEnd
    } else result.push(...run)
    index = end
  }
  return result
}

/** Index behind the last of the tags that have nothing but blanks between them. */
function runEnd(pieces: readonly Piece[], index: number): number {
  let end = index + 1
  for (let next = end; next < pieces.length; next++) {
    const piece = pieces[next]
    if (piece === undefined) break
    if (piece.kind !== 'text') end = next + 1
    else if (!/^[ \t]*$/.test(piece.source)) break
  }
  return end
}

/** When only blanks stand before `from` and behind `to` on their lines: the offset of the next line. */
function ownLineEnd(source: string, from: number, to: number): number | undefined {
  const lineStart = source.lastIndexOf('\n', from - 1) + 1
  if (from > 0 && !/^[ \t]*$/.test(source.slice(lineStart, from))) return undefined
  const newline = source.indexOf('\n', to)
  const rest = source.slice(to, newline === -1 ? undefined : newline + 1)
  return /^[ \t]*\r?\n?$/.test(rest) ? to + rest.length : undefined
}

function trimLineStart(result: LinePiece[]): void {
  const last = result.at(-1)
  if (last?.kind === 'text') result[result.length - 1] = { ...last, source: last.source.replace(/[ \t]+$/, '') }
}
