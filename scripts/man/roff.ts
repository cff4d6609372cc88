// The language of manual pages, man(7). Texts have code between backticks and links as Markdown has them.

/** What roff reads as something else, or prints as a typographic sign, which nobody could copy into a shell. */
const SIGNS: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
  // The C locale has no such sign.
  '…': '...',
}

/** Text as it is. A line that begins with a dot would be a request. */
function literal(text: string): string {
  return text.replace(/[-\\'`^~"…]/g, sign => SIGNS[sign] ?? sign).replace(/^\./, '\\&.')
}

const INLINE = /`` (.+?) ``|`([^`]+)`|\[((?:`[^`]*`|[^\]`])*)\]\(([^)]*)\)|\\([*<[\]])/g

/** A text with its code in bold; of a link stays the text, and the address if it is on the web. */
export function inline(text: string): string {
  const parts: string[] = []
  let from = 0
  for (const { 0: whole, 1: padded, 2: code = padded, 3: label, 4: address = '', 5: sign = '', index } of text.matchAll(
    INLINE,
  )) {
    parts.push(literal(text.slice(from, index)))
    if (code !== undefined) parts.push(`\\fB${literal(code)}\\fR`)
    else if (label === undefined) parts.push(literal(sign))
    else parts.push(inline(label), address.startsWith('http') ? ` (${literal(address)})` : '')
    from = index + whole.length
  }
  return `${parts.join('')}${literal(text.slice(from))}`.replace(/\s*\n\s*/g, ' ')
}

/** The head of a page, whose words are not hyphenated: a path could not be copied. @param date empty: none */
export function title(name: string, section: number, date: string, version: string): string {
  const source = literal(`gabarit ${version}`)
  return `.TH "${literal(name.toUpperCase())}" ${section} "${literal(date)}" "${source}" "gabarit"\n.ad l\n.nr HY 0\n.nh`
}

export function heading(text: string): string {
  return `.SH "${inline(text)}"`
}

export function subheading(text: string): string {
  return `.SS "${inline(text)}"`
}

export function paragraph(text: string): string {
  return `.PP\n${inline(text)}`
}

/** A term and what it means. */
export function item(term: string, text: string): string {
  return text === '' ? `.TP\n${inline(term)}\n\\&` : `.TP\n${inline(term)}\n${inline(text)}`
}

/** An item of a list without terms. @param mark a number, or a bullet */
export function bullet(mark: string | undefined, text: string): string {
  return `.IP ${mark ?? '\\(bu'} ${mark === undefined ? 2 : 4}\n${inline(text)}`
}

/** Lines as they are. */
export function block(lines: readonly string[]): string {
  return ['.PP', '.RS 4', '.EX', ...lines.map(line => literal(line)), '.EE', '.RE'].join('\n')
}
