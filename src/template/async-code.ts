import jsTokens from 'js-tokens'
import type { LinePiece } from './newline-rules.ts'
import { positionFinder, refusalAt } from './position.ts'

const KEYWORDS = /\b(?:async|await|import)\b/

/**
 * Refuses code that would go on after its fragment has returned: nobody waits for it.
 * @throws Failure (refused) with the place of the keyword
 */
export function refuseAsyncCode(pieces: readonly LinePiece[], source: string, file: string): void {
  if (!KEYWORDS.test(source)) return
  const positionOf = positionFinder(source)
  for (const piece of pieces) {
    if (piece.kind === 'text') continue
    const offset = asyncKeyword(piece.source)
    if (offset === undefined) continue
    const message =
      'this makes a promise (async, await, import()), but nobody would wait for it: the text is used at once'
    throw refusalAt(file, source, positionOf(piece.start + offset), message, {})
  }
}

/** The offset of the first keyword; the same word as the name of a property means nothing. */
function asyncKeyword(code: string): number | undefined {
  let offset = 0
  let before = ''
  let found: number | undefined
  for (const { type, value } of jsTokens(code)) {
    if (BLANK.has(type)) {
      offset += value.length
      continue
    }
    if (found !== undefined && value !== ':') return found
    const keyword = type === 'IdentifierName' && KEYWORDS.test(value) && before !== '.' && before !== '?.'
    found = keyword ? offset : undefined
    before = value
    offset += value.length
  }
  return found
}

const BLANK = new Set(['WhiteSpace', 'LineTerminatorSequence', 'SingleLineComment', 'MultiLineComment'])
