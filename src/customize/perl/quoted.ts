import type { Expression, Pattern } from './ast.ts'
import type { Scanner } from './scanner.ts'
import { interpolated, type ParseInside, patternParts, singleQuoted } from './strings.ts'

/** A target for a regular expression without one. */
const topic = (line: number): Expression => ({ kind: 'variable', sigil: '$', name: '_', line })

/** Parses what is quoted in one of Perl's ways, if it comes next: strings, lists of words, here-documents, regular expressions. */
export function quoted(scanner: Scanner, parse: ParseInside): Expression | undefined {
  const plain = scanner.look(/["'`]|<<~?\s*"[^"\n]*"|<<~?\s*'[^'\n]*'|<<~?[A-Za-z_]\w*/y)?.[0]
  if (plain === undefined) return quoteOperator(scanner, parse)
  const { line } = scanner
  if (plain.startsWith('<<')) return hereDocument(scanner, plain, parse)
  if (plain === '`') throw scanner.refuse('a command in backquotes')
  const { text } = scanner.delimited()
  const parts = plain === "'" ? [singleQuoted(text, "'")] : interpolated(text, line, parse)
  return { kind: 'string', parts, line }
}

function quoteOperator(scanner: Scanner, parse: ParseInside): Expression | undefined {
  if (scanner.look(/\//y)) return match(scanner, parse)
  const word = scanner.look(/(?:q[qwrx]?|m|s|tr|y)(?=\s*[^\w\s,;)=]|\s*=[^>=~\s])(?!\s*=>)/y)?.[0]
  if (word === undefined) return undefined
  const { line } = scanner
  scanner.at += word.length
  if (word === 'm') return match(scanner, parse)
  scanner.skip()
  if (word === 'q') {
    const { text, open } = scanner.delimited()
    return { kind: 'string', parts: [singleQuoted(text, open)], line }
  }
  if (word === 'qq') {
    const { text } = scanner.delimited()
    return { kind: 'string', parts: interpolated(text, line, parse), line }
  }
  if (word === 'qw') {
    const words = scanner
      .delimited()
      .text.split(/\s+/)
      .filter(one => one !== '')
    return { kind: 'list', items: words.map(one => ({ kind: 'string', parts: [one], line })), line }
  }
  if (word === 's') return replacement(scanner, parse)
  if (word === 'tr' || word === 'y') return transliteration(scanner)
  throw scanner.refuse(word === 'qx' ? 'a command in backquotes' : 'a regular expression in a variable')
}

function hereDocument(scanner: Scanner, mark: string, parse: ParseInside): Expression {
  const { line } = scanner
  scanner.at += mark.length
  const [, indent, quote = '"', tag = ''] = /^<<(~?)\s*(["']?)(.*?)["']?$/.exec(mark) ?? []
  const parts: (string | Expression)[] = []
  scanner.awaitDocument({
    tag,
    indented: indent === '~',
    take: (text, at) => void parts.push(...(quote === "'" ? [text] : interpolated(text, at, parse))),
  })
  return { kind: 'string', parts, line }
}

function match(scanner: Scanner, parse: ParseInside): Expression {
  const { line } = scanner
  scanner.skip()
  const { text, open } = scanner.delimited()
  return { kind: 'match', target: topic(line), pattern: pattern(scanner, text, open, line, parse), line }
}

function replacement(scanner: Scanner, parse: ParseInside): Expression {
  const { line } = scanner
  const { text, open } = scanner.delimited()
  if ('([{<'.includes(open)) scanner.skip()
  else scanner.at--
  const by = scanner.delimited()
  const made = pattern(scanner, text, open, line, parse)
  const value: Expression = {
    kind: 'string',
    parts: open === "'" ? [by.text] : interpolated(by.text, by.line, parse),
    line: by.line,
  }
  return { kind: 'replace', target: topic(line), pattern: made, by: value, line }
}

function pattern(scanner: Scanner, text: string, open: string, line: number, parse: ParseInside): Pattern {
  const flags = scanner.takeHere(/[a-z]*/y)?.[0] ?? ''
  const odd = /[^gimsxro]/.exec(flags)?.[0]
  if (odd !== undefined) throw scanner.refuse(`a regular expression with the flag ${odd}`)
  const bare = flags.includes('x')
    ? text.replace(/\\[\s\S]|\[(?:\\.|[^\]])*\]|\s+|#[^\n]*/g, all => (/^[\s#]/.test(all) ? '' : all))
    : text
  return { parts: open === "'" ? [bare] : patternParts(bare, line, parse), flags }
}

function transliteration(scanner: Scanner): Expression {
  const { line } = scanner
  const { text: from, open } = scanner.delimited()
  if ('([{<'.includes(open)) scanner.skip()
  else scanner.at--
  const { text: to } = scanner.delimited()
  return { kind: 'transliterate', target: topic(line), from, to, flags: scanner.takeHere(/[a-z]*/y)?.[0] ?? '', line }
}
