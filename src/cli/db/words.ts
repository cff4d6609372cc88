import { Failure, orUndefined } from '../../base/failure.ts'

/**
 * The words of one line of a batch, quoted as in a shell: '…' is literal, "…" has a backslash before `"`, `\`, `$` and a back
 * quote, and a backslash quotes any single character. Nothing is expanded. A line that starts with `[` is a JSON array of
 * strings. A blank line and a comment (`#` at the start) have no words.
 */
export function splitWords(line: string): string[] {
  const text = line.trimStart()
  if (text === '' || text.startsWith('#')) return []
  if (text.startsWith('[')) return jsonWords(text)
  // Most lines have no quotes, and many only single blanks.
  if (!/['"\\]/.test(text))
    return / $| {2}|[\t\r]/.test(text) ? text.split(/[ \t\r]+/).filter(word => word !== '') : text.split(' ')
  return quotedWords(text)
}

function jsonWords(text: string): string[] {
  const words: unknown = orUndefined(() => JSON.parse(text))
  if (words === undefined) throw new Failure('this starts with "[" but is not a JSON array')
  if (Array.isArray(words) && words.length > 0 && words.every(word => typeof word === 'string')) return words
  throw new Failure('the JSON array must contain strings, at least one')
}

const PIECE = /([ \t\r]+)|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^ \t\r'"\\]+)/suy

function quotedWords(text: string): string[] {
  const words: string[] = []
  let word: string | undefined
  for (let at = 0; at < text.length; at = PIECE.lastIndex) {
    PIECE.lastIndex = at
    const match = PIECE.exec(text)
    if (match === null) throw new Failure('a quote is not closed, or a backslash ends the line')
    const [, blank, single, double, escaped, plain] = match
    if (blank === undefined) {
      word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '')
    } else if (word !== undefined) {
      words.push(word)
      word = undefined
    }
  }
  if (word !== undefined) words.push(word)
  return words
}
