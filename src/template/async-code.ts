import type { LinePiece } from './newline-rules.ts'
import { positionFinder, refusalAt } from './position.ts'
import { tokensOf } from './tokens.ts'

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
  const tokens = tokensOf(code)
  const found = tokens.find(({ type, value }, at) => {
    const isProperty = ['.', '?.'].includes(tokens[at - 1]?.value ?? '') || tokens[at + 1]?.value === ':'
    return type === 'IdentifierName' && KEYWORDS.test(value) && !isProperty
  })
  return found?.offset
}
