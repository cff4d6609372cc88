import jsTokens from 'js-tokens'
import { readText } from '../system/read-files.ts'
import { type Piece, parsePieces } from '../template/tags.ts'
import { linesOf } from './three-way.ts'

export interface SourceLine {
  /** With its newline. */
  readonly text: string
  /** It has no tag, so it is printed unchanged. */
  readonly plain: boolean
  /** It is in a loop or a function, so it may be printed several times. */
  readonly looped: boolean
  /** How many braces are open around it. */
  readonly depth: number
}

/** The lines of a fragment. */
export function readSourceLines(file: string): SourceLine[] {
  const source = readText(file)
  const pieces = parsePieces(source, file)
  const tags = pieces.filter(({ kind }) => kind !== 'text')
  const states = followBlocks(pieces)
  let start = 0
  return linesOf(source).map(text => {
    const [from, to] = [start, start + text.length]
    start = to
    const { depth, looped } = states.findLast(({ offset }) => offset <= from) ?? OUTSIDE
    return { text, plain: !tags.some(tag => tag.from < to && tag.to > from), looped, depth }
  })
}

interface BlockState {
  readonly offset: number
  readonly depth: number
  readonly looped: boolean
}

const OUTSIDE: BlockState = { offset: 0, depth: 0, looped: false }
const REPEATS = /\b(for|while|do|function)\b|=>/

/** What is open after each piece. When in doubt, it counts as a loop: then the edit is left to a person. */
function followBlocks(pieces: readonly Piece[]): BlockState[] {
  const open: { repeats: boolean; before: string }[] = []
  let statement = ''
  let parentheses = 0
  return pieces.map(({ kind, source, to }) => {
    // Text ends the statement before it, as in `for (…) text`.
    if (kind === 'text' && parentheses === 0) statement = ''
    if (kind !== 'exec') return { offset: to, depth: open.length, looped: open.some(({ repeats }) => repeats) }
    for (const { type, value } of jsTokens(source)) {
      if (type === 'WhiteSpace' || /Comment|Literal|LineTerminator/.test(type)) continue
      if (value === '{') {
        // After anything else it is an object.
        const isBlock = /(\)|=>|\bdo)$/.test(statement)
        open.push({ repeats: isBlock && REPEATS.test(statement), before: statement })
        statement = ''
      } else if (value === '}') {
        const closed = open.pop()
        // An object in parentheses belongs to the surrounding statement.
        statement = closed === undefined || closed.repeats || parentheses === 0 ? '' : closed.before
      } else if (value === ';' && parentheses === 0) statement = ''
      else {
        if (value === '(') parentheses++
        if (value === ')') parentheses--
        statement += ` ${value}`
      }
    }
    const looped = open.some(({ repeats }) => repeats) || REPEATS.test(statement)
    return { offset: to, depth: open.length, looped }
  })
}
