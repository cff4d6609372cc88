/** What only Perl code says. The formats of other files were looked through: a brace and a `$` are in most of them. */
const ONLY_PERL = [
  /\$OUT\s*\.?=[^=~]/,
  /(?:^|[;{}\s])(?:my|our|local)\s*[($@%]/,
  /(?:^|[;{}\s])use\s+(?:strict|warnings|integer|lib|esmith::\w+|[A-Z]\w*(?:::\w+)+)\b/,
  /\w::\w+\s*->\s*\w+/,
  /->\s*(?:get|get_prop|get_value|prop|key|set_prop|open|open_ro|get_all_by_prop|hosts|networks)\b/,
  /\$(?:\w+|\{\s*['"]?[\w@.-]+['"]?\s*\})\s*(?:->)?\s*\{\s*['"]?[\w-]+['"]?\s*\}/,
  /\b(?:db_get|db_get_prop|db_get_type|processTemplate)\s*\(/,
  /\bforeach\s+[$(]|\breturn[ \t]+(?:unless|if)\b.*[$(]|\bunless\s*\(|\belsif\s*\(/,
  /\b(?:keys|values|each)\s*\(?\s*%[\w$]/,
  /\bpush\s*\(?\s*@\w|\bqw\s*[(/]|\bjoin\s*\(?\s*["'].*@\w|^\s*@\w+\s*=/m,
  /^\s*\{?\s*\$[A-Z][a-z]\w*\s*\}?;?\s*$/,
  /^\s*\$(?:\w+|\{\w+\})\s*(?:\|\||\/\/|\?|\.\s)\s*["'$\d]/,
  /^\s*\(?\s*-[defr]\s*["'].*\?/,
]

/** What stands before a brace that is not the beginning of a program: `${NAME}`, `%{NAME}`, `\{`, a function or a loop. */
const NO_PROGRAM = /(?:[$%\\#@]|\)\s*|\b(?:sub\s+\w*|else|do|eval|BEGIN|END)\s*|=>\s*)$/

/** Whole files in languages whose own code has such braces. */
const OTHER_CODE = /(?<![\s\S])#!|<\?php|^\s*package\s+[\w:]+;|^\s*function\s+\w+/m

/** What a comment says before a brace is no code. */
const COMMENTS = /^[ \t]*#.*\n/gm

/** A block in braces that are no program, or a variable of a shell or of Apache: no other language writes them with a backslash. */
const ESCAPED = /\\\{[ \t]*$[\s\S]*^[ \t]*\\\}|[$%]\\\{\w+\\\}/m

/** Whether this is a fragment of SME Server: text with Perl programs in braces, see Text::Template(3pm). */
export function isPerl(source: string): boolean {
  if (ESCAPED.test(source)) return true
  if (!/\{[^}]*[$:@'"]/.test(source) || OTHER_CODE.test(source)) return false
  let depth = 0
  let open = 0
  for (const { 0: mark, index } of source.matchAll(/\\[\\{}]|[{}]/g)) {
    if (mark === '{' && depth++ === 0) open = index
    if (mark !== '}' || depth === 0 || --depth > 0) continue
    const before = source.slice(source.lastIndexOf('\n', open - 80) + 1, open).replace(COMMENTS, '')
    const program = source.slice(open + 1, index)
    if (!NO_PROGRAM.test(before) && ONLY_PERL.some(sign => sign.test(program))) return true
  }
  return false
}
