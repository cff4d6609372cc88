import type { Parser } from 'acorn'
import type { Position } from './position.ts'

/** The first mistake in the body of a function, with its place; undefined if there is none. */
export function syntaxError(code: string): (Position & { readonly message: string }) | undefined {
  // Only mistakes need the parser, which takes longer to load than most commands take.
  const { parse }: typeof Parser = require('acorn')
  try {
    parse(code, { ecmaVersion: 'latest', allowReturnOutsideFunction: true })
    return undefined
  } catch (error) {
    if (!(error instanceof SyntaxError) || !hasPlace(error)) throw error
    const { line, column } = error.loc
    return { line, column: column + 1, message: error.message.replace(/ \(\d+:\d+\)$/, '') }
  }
}

/** See https://github.com/acornjs/acorn/tree/master/acorn#interface: columns count from 0. */
function hasPlace(error: SyntaxError): error is SyntaxError & { readonly loc: Position } {
  return 'loc' in error
}
