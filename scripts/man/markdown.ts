import { block, bullet, heading, item, paragraph, subheading } from './roff.ts'

/** The part of a document below one of its headings `##`. */
export function sectionOf(document: string, name: string): string {
  const parts = document.split(/^## /m)
  const found = parts.find(part => part.startsWith(`${name}\n`))
  if (found === undefined) throw new Error(`no section "${name}"`)
  return found.slice(name.length)
}

/** The rows of all tables of a text, without those at their heads. */
export function rowsOf(text: string): (readonly [left: string, right: string])[] {
  const lines = text.split('\n')
  return lines
    .filter((line, at) => line.startsWith('| ') && !lines[at + 1]?.startsWith('|---'))
    .map(line => cells(line))
}

/** A document as man(7). Its title, remarks and list of contents are left out. */
export function toMan(document: string): string[] {
  const parts: string[] = []
  const lines = document.split('\n')
  while (lines.length > 0) {
    const line = lines.shift() ?? ''
    const [, level = '', name = ''] = /^(#+) (.*)$/.exec(line) ?? []
    if (line.startsWith('```')) {
      parts.push(block(lines.splice(0, lines.indexOf('```'))))
      lines.shift()
    } else if (line.startsWith('    ')) parts.push(block([line, ...taken(lines, /^ {4}/)].map(text => text.slice(4))))
    else if (level !== '')
      parts.push(...(level === '#' ? [] : [level === '##' ? heading(name.toUpperCase()) : subheading(name)]))
    else if (line.startsWith('|'))
      parts.push(...rowsOf([line, ...taken(lines, /^\|/)].join('\n')).map(row => item(...row)))
    else if (/^(-|\d+\.) /.test(line)) parts.push(listItem([line, ...taken(lines, /^ {2,3}\S/)].join('\n')))
    else if (line !== '' && !line.startsWith('<!--'))
      parts.push(paragraph([line, ...taken(lines, /^(?!```|- |\d+\. |[|#]|$)/)].join('\n')))
  }
  return parts
}

/** Removes the first lines, as many as fit. */
function taken(lines: string[], fits: RegExp): string[] {
  const end = lines.findIndex(line => !fits.test(line))
  return lines.splice(0, end === -1 ? lines.length : end)
}

function listItem(text: string): string {
  const [, mark = '', words = ''] = /^(\S+) (.*)$/s.exec(text) ?? []
  const [, term, meaning = ''] = /^(`[^`]+`(?:, `[^`]+`)*): (.*)$/s.exec(words) ?? []
  return term === undefined ? bullet(mark === '-' ? undefined : mark, words) : item(term, meaning)
}

function cells(line: string): readonly [left: string, right: string] {
  const [left = '', ...more] = line
    .replaceAll('\\|', '\0')
    .split('|')
    .slice(1, -1)
    .map(cell => cell.trim().replaceAll('\0', '|'))
  return [left, more.filter(cell => cell !== '').join('; ')]
}
