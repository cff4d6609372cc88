/** Longest line of a generated page, in characters. A code span or an address is never cut. */
const WIDTH = 120

/** Stands at the top of every generated page. */
export const NOTICE = '<!-- Made by `npm run reference` from the sources: do not edit. -->'

/** Text of a description as Markdown: what would be a tag or emphasis is escaped. */
export function prose(text: string): string {
  return text.replace(/[*<[\]]/g, '\\$&')
}

export function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``
}

/** Breaks a paragraph into lines; code and links stay whole. @param indent of all lines but the first */
export function wrap(text: string, indent = ''): string {
  const words = text.match(/(?:`[^`]*`|\[[^\]]*\]\([^)]*\)|[^\s`])+/g) ?? []
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = `${indent}${word}`
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}

/** Lines of two columns, for a code block. */
export function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`)
}

/** An indented code block. */
export function block(lines: readonly string[]): string {
  return lines.map(line => `    ${line}`.trimEnd()).join('\n')
}

/** Commands, each with what it does: beside it, or above it when that would be too wide. */
export function examples(rows: readonly (readonly [command: string, what: string])[]): string {
  const beside = columns(rows.map(([command, what]) => [command, `# ${what}`]))
  if (beside.every(line => line.length + 4 <= WIDTH)) return block(beside)
  return block(rows.flatMap(([command, what]) => [`# ${what}`, command]))
}
