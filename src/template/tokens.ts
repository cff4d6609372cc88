import jsTokens from 'js-tokens'

/** A word, sign or literal of JavaScript, with its offset in the code. */
export interface Token {
  readonly type: string
  readonly value: string
  readonly offset: number
}

/** The tokens of code, without blanks and comments. */
export function tokensOf(code: string): Token[] {
  let offset = 0
  return [...jsTokens(code)].flatMap(({ type, value }) => {
    const token = { type, value, offset }
    offset += value.length
    return /^(WhiteSpace|LineTerminatorSequence|.*Comment)$/.test(type) ? [] : [token]
  })
}
