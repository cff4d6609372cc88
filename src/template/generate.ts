import jsTokens from 'js-tokens'
import type { LinePiece } from './newline-rules.ts'
import { type Position, positionFinder } from './position.ts'

/** The source position of a stretch of generated code. */
interface Segment extends Position {
  readonly sourceLine: number
  readonly sourceColumn: number
}

/** JavaScript generated from a fragment, with a mapping back to its lines and columns. */
export interface GeneratedCode {
  readonly code: string
  readonly segments: readonly Segment[]
}

/** A mark that {@link generate} leaves in traced output is `LEAD id:line TAIL`. */
export const TRACE_LEAD = '\u{f0000}'
export const TRACE_TAIL = '\u{f0001}'

/**
 * Generates the body of a fragment's function. `$` is the printer: `$.s` the text so far, `$.p` prints a value strictly,
 * `$.r` raw, `$.b` a block.
 * @param traceId if given, a mark with fragment and source line precedes each line of output
 */
export function generate(pieces: readonly LinePiece[], source: string, traceId?: number): GeneratedCode {
  // The inner block lets a fragment declare its own variables called item, vars, template or target.
  const lines: string[] = ['"use strict";return function($,item,vars,template,target){{']
  const segments: Segment[] = []
  const positionOf = positionFinder(source)
  for (const piece of pieces) {
    const { line, column } = positionOf(piece.start)
    if (piece.kind === 'text') {
      const text = traceId === undefined ? piece.source : markLines(piece.source, traceId, line)
      lines.push(`$.s+=${JSON.stringify(text)};`)
      continue
    }
    if (traceId !== undefined && !CONTINUES.test(piece.source))
      lines.push(`$.s+=${JSON.stringify(traceMark(traceId, line))};`)
    const head = piece.kind === 'exec' ? '' : `$.${METHODS[piece.kind]}(`
    const codeLines = piece.source.split('\n')
    codeLines.forEach((code, index) => {
      const [before, sourceColumn] = index === 0 ? [head, column] : ['', 1]
      segments.push({ line: lines.length + 1, column: before.length + 1, sourceLine: line + index, sourceColumn })
      lines.push(before + code)
    })
    if (piece.kind !== 'exec') lines.push(');')
  }
  lines.push('}}')
  return { code: lines.join('\n'), segments }
}

/** The code of a tag that goes on with the statement before it: nothing may come between them. */
const CONTINUES = /^\s*(?:else|catch|finally|while|case|default)\b/

const METHODS = { print: 'p', raw: 'r', block: 'b' } as const

/** Maps a position in the generated code to one in the fragment. */
export function sourcePosition(segments: readonly Segment[], line: number, column: number): Position {
  const found = segments.findLast(segment => segment.line <= line)
  if (found === undefined) return { line: 1, column: 1 }
  if (found.line < line) return { line: found.sourceLine, column: found.sourceColumn }
  return { line: found.sourceLine, column: found.sourceColumn + Math.max(0, column - found.column) }
}

/**
 * The position in the fragment of an unmatched `}`. V8 complains only at the end of the code, because it takes that `}` for
 * the end of the surrounding function.
 */
export function strayClosing({ code, segments }: GeneratedCode): Position | undefined {
  const lines = code.split('\n')
  let depth = 0
  let line = 2
  let column = 1
  for (const { type, value } of jsTokens(lines.slice(1, -1).join('\n'))) {
    if (type === 'Punctuator' && value === '{') depth++
    if (type === 'Punctuator' && value === '}' && --depth < 0) return sourcePosition(segments, line, column)
    const parts = value.split('\n')
    line += parts.length - 1
    column = (parts.length === 1 ? column : 1) + (parts.at(-1)?.length ?? 0)
  }
  return undefined
}

/** The marks in a text, with their fragment and line. */
export const MARKS = new RegExp(`${TRACE_LEAD}(?<id>\\d+):(?<line>\\d+)${TRACE_TAIL}`, 'gu')

function traceMark(id: number, line: number): string {
  return `${TRACE_LEAD}${id}:${line}${TRACE_TAIL}`
}

/** A text with a mark before each line. @param step how many lines of the fragment a line of the text is: 0 for what a program makes */
export function markLines(text: string, id: number, line: number, step = 1): string {
  let current = line - step
  return text.replace(/[^\n]*\n|[^\n]+$/g, part => {
    current += step
    return traceMark(id, current) + part
  })
}
