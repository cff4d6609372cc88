import { type Failure, type FailureOptions, refusal } from '../base/failure.ts'

/** A place in a fragment. Lines and columns count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Finds the positions of offsets that never go back, each from the one before. */
export function positionFinder(source: string): (offset: number) => Position {
  let line = 1
  let start = 0
  return offset => {
    for (let end = source.indexOf('\n', start); end !== -1 && end < offset; end = source.indexOf('\n', start)) {
      start = end + 1
      line++
    }
    return { line, column: offset - start + 1 }
  }
}

/** A refusal that shows the lines around a place in a fragment. */
export function refusalAt(
  file: string,
  source: string,
  { line, column }: Position,
  message: string,
  options: Omit<FailureOptions, 'where'>,
): Failure {
  const where = `${file}:${line}:${column}`
  return refusal(`${message}\n${excerpt(source, line, column)}`, { ...options, where })
}

/** The line, marked with `>>` and a caret at the column, and two lines before and after it. */
function excerpt(source: string, line: number, column: number): string {
  const lines = source.split('\n')
  const from = Math.max(0, line - 3)
  const rows = lines.slice(from, line + 2).map((text, index) => {
    const number = from + index + 1
    const row = `${number === line ? '>>' : '  '} ${String(number).padStart(4)} | ${text}`
    return number === line ? `${row}\n        | ${' '.repeat(column - 1)}^` : row
  })
  return rows.join('\n').replace(/\s+$/, '')
}
