import { Eta } from 'eta/core'
import jsTokens from 'js-tokens'
import type { Failure } from '../base/failure.ts'
import { positionFinder, refusalAt } from './position.ts'

/** A piece of a fragment: text, a statement `<% %>`, a quoted value `<%= %>` or raw text `<%~ %>`. */
export interface Piece {
  readonly kind: 'text' | 'exec' | 'print' | 'raw'
  /** The text, or the JavaScript between the marks. */
  readonly source: string
  /** Offset of `source` in the fragment. */
  readonly start: number
  /** Offsets of the whole piece, marks included. */
  readonly from: number
  readonly to: number
}

const eta = new Eta({ autoTrim: false })
const KINDS: Record<string, Piece['kind']> = { e: 'exec', i: 'print', r: 'raw' }

// Eta's parser takes an apostrophe in a comment or a regular expression for the start of a string, and a tag mark inside a
// literal for the end of the tag. So such characters are replaced by private-use ones of the same length while it parses.
const TROUBLE = '\'"`\\/*%>'
const MASK_BASE = 0xf500
const MASKED = new RegExp(
  `[${String.fromCharCode(MASK_BASE)}-${String.fromCharCode(MASK_BASE + TROUBLE.length - 1)}]`,
  'g',
)

/**
 * Splits a fragment into pieces with Eta, then finds their positions in the source, so that errors can be exact.
 * @throws Failure (refused) for an unclosed tag, string or comment, and for tags of other template languages
 */
export function parsePieces(source: string, file: string): Piece[] {
  const pieces: Piece[] = []
  let position = 0
  const text = (to: number) => {
    if (to > position)
      pieces.push({ kind: 'text', source: source.slice(position, to), start: position, from: position, to })
  }
  const masked = maskLiterals(source, file)
  for (const node of eta.parse(masked)) {
    if (typeof node === 'string') continue
    const from = masked.indexOf('<%', position)
    const mark = /^<%[-_]?\s*[=~]?\s*/.exec(masked.slice(from))?.[0] ?? '<%'
    const start = from + mark.length
    const end = start + node.val.length
    const close = /^\s*[-_]?%>/.exec(masked.slice(end))?.[0] ?? '%>'
    if (/^<%[-_]/.test(mark)) throw failureAt(source, from, file, notATag(mark.slice(0, 3)), DID_YOU_MEAN_TAG)
    if (/[-_]%>$/.test(close)) throw failureAt(source, end + close.length - 3, file, notATag(close.slice(-3)), TAG_END)
    text(from)
    position = end + close.length
    const code = unmask(node.val, source, start)
    pieces.push({ kind: KINDS[node.t] ?? 'exec', source: code, start, from, to: position })
  }
  text(source.length)
  return pieces
}

const TAG_END = 'Tags end in %>; spaces before it do no harm.'
const DID_YOU_MEAN_TAG = 'To print raw text: <%~ value %>. To print a value: <%= value %>. A statement: <% code %>.'

function notATag(mark: string): string {
  return `${mark} is not a tag of fragments${mark.startsWith('<') ? '; did you mean <%~ or <%=?' : ': tags here do not trim whitespace'}`
}

function failureAt(source: string, offset: number, file: string, message: string, hint?: string): Failure {
  return refusalAt(file, source, positionFinder(source)(offset), message, { hint })
}

function maskLiterals(source: string, file: string): string {
  let masked = ''
  let done = 0
  for (let open = source.indexOf('<%'); open !== -1; open = source.indexOf('<%', done)) {
    const body = open + 2
    masked += source.slice(done, body)
    const close = source.indexOf('%>', body)
    const quickly = close === -1 ? undefined : maskQuickly(source.slice(body, close))
    if (quickly !== undefined) {
      masked += `${quickly}%>`
      done = close + 2
      continue
    }
    const end = tagEnd(source, body, file, open)
    masked += end.masked
    done = end.offset
  }
  return masked + source.slice(done)
}

/** Strings, templates without code that has braces or templates, comments, and regular expressions behind what no division follows. */
const LITERAL = new RegExp(
  [
    /'(?:[^'\\\n]|\\.)*'/,
    /"(?:[^"\\\n]|\\.)*"/,
    /`(?:[^`\\$]|\\.|\$(?!\{)|\$\{(?:[^{}'"`\\/]|'[^'\\\n]*'|"[^"\\\n]*")*\})*`/,
    /\/\/.*/,
    /\/\*[\s\S]*?\*\//,
    /(?<=[(,=:[!&|?;][^\S\n]*)\/(?![*/])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/**
 * Masks the literals of code, which takes a tenth of the time of following its tokens; undefined if a `/` is left that may
 * divide, or a quote that may open a literal which goes on behind the code.
 */
function maskQuickly(code: string): string | undefined {
  if (/['"`\\/]/.test(code.replace(LITERAL, ''))) return undefined
  return code.replace(LITERAL, literal => (literal.startsWith('//') ? ' '.repeat(literal.length) : mask(literal)))
}

/** Follows JavaScript's tokens from the opening mark to the closing one. */
function tagEnd(source: string, body: number, file: string, open: number): { masked: string; offset: number } {
  const fail = (what: string, offset: number) => failureAt(source, offset, file, `this ${what} is not closed`)
  let masked = ''
  let offset = body
  let percent = false
  for (const token of jsTokens(source.slice(body))) {
    if (percent && token.value.startsWith('>')) return { masked: `${masked}>`, offset: offset + 1 }
    if (token.type === 'SingleLineComment') {
      const close = token.value.indexOf('%>')
      if (close !== -1) {
        return { masked: `${masked}${' '.repeat(close)}%>`, offset: offset + close + 2 }
      }
    }
    if ('closed' in token && token.closed === false) {
      // The text after the tag may contain a lone quote, so the tag's end wins over an unclosed literal.
      const close = token.value.indexOf('%>')
      throw fail(close === -1 ? kindName(token.type) : `${kindName(token.type)} in the tag`, offset)
    }
    percent = token.value === '%'
    masked += maskToken(token)
    offset += token.value.length
  }
  throw fail('tag <%', open)
}

const LITERALS = new Set([
  'StringLiteral',
  'NoSubstitutionTemplate',
  'TemplateHead',
  'TemplateMiddle',
  'TemplateTail',
  'RegularExpressionLiteral',
  'MultiLineComment',
])

function maskToken({ type, value }: { type: string; value: string }): string {
  // A line comment would swallow the code after its tag; blanks preserve the columns.
  if (type === 'SingleLineComment') return ' '.repeat(value.length)
  return LITERALS.has(type) ? mask(value) : value
}

function kindName(type: string): string {
  if (type === 'StringLiteral') return 'string'
  if (type === 'MultiLineComment') return 'comment'
  return type === 'RegularExpressionLiteral' ? 'regular expression' : 'template string'
}

function mask(literal: string): string {
  return literal.replace(/['"`\\/*%>]/g, character => String.fromCharCode(MASK_BASE + TROUBLE.indexOf(character)))
}

/** The code as written; a private-use character may be the fragment's own. */
function unmask(code: string, source: string, start: number): string {
  return code.replace(MASKED, (character, offset: number) => source[start + offset] ?? character)
}
