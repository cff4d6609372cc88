/** The line, marked with `>>` and a caret at the column, and two lines before and after it. */
export function excerpt(source: string, line: number, column: number): string {
  const lines = source.split('\n')
  const from = Math.max(0, line - 3)
  const rows = lines.slice(from, line + 2).map((text, index) => {
    const number = from + index + 1
    const row = `${number === line ? '>>' : '  '} ${String(number).padStart(4)} | ${text}`
    return number === line ? `${row}\n        | ${' '.repeat(column - 1)}^` : row
  })
  return rows.join('\n').replace(/\s+$/, '')
}
