import type { Piece } from './tags.ts'

/** A piece after the newline rules; `block` is raw text alone on its line. */
export interface LinePiece extends Omit<Piece, 'kind'> {
  readonly kind: Piece['kind'] | 'block'
}

/**
 * The newline rules, which no trim setting of Eta's provides:
 * a line with only statements and blanks leaves nothing; a line with only a `<%~ %>` becomes a block, whose text ends in exactly
 * one newline, or vanishes if empty; every other line is kept as written.
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

/** Index after the last of the consecutive tags separated only by blanks. */
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

/** The offset of the next line, if there are only blanks before `from` and after `to` on their lines. */
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
