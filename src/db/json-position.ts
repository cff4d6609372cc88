import { Failure } from '../base/failure.ts'
import { readText } from '../system/read-files.ts'

/**
 * Reads a JSON file written by a person (a description).
 * @throws Failure with line and column, which the messages of `JSON.parse` often do not have
 */
export function readJsonFile(path: string): unknown {
  const text = readText(path)
  try {
    return JSON.parse(text)
  } catch (error) {
    const position = firstError(text)
    const before = text.slice(0, position)
    const line = before.split('\n').length
    const column = position - before.lastIndexOf('\n')
    const found = position >= text.length ? 'the file ends too early' : `unexpected ${JSON.stringify(text[position])}`
    throw new Failure(`this is not valid JSON: ${found}`, { where: `${path}:${line}:${column}`, cause: error })
  }
}

const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/uy

/** The position of the first unexpected token in a text that `JSON.parse` refused. */
function firstError(text: string): number {
  const open: string[] = []
  // What may come next: a value, a name (of a member), a colon, or an end or comma.
  let next: 'value' | 'name' | 'colon' | 'end' = 'value'
  let mayClose = false
  let at = 0
  for (;;) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    const start = at + (/^[ \t\r\n]*/.exec(text.slice(at))?.[0].length ?? 0)
    if (match === null) return start
    const mark = match[1] ?? ''
    const literal = match[2] ?? ''
    if (mark === '{' || mark === '[') {
      if (next !== 'value') return start
      open.push(mark)
      next = mark === '{' ? 'name' : 'value'
      mayClose = true
    } else if (mark === '}' || mark === ']') {
      if (open.pop() !== (mark === '}' ? '{' : '[') || !(next === 'end' || mayClose)) return start
      next = 'end'
      mayClose = false
    } else {
      if (mark === ',' ? next !== 'end' || open.length === 0 : mark === ':' ? next !== 'colon' : false) return start
      if (mark === '' && !(next === 'value' || (next === 'name' && literal.startsWith('"')))) return start
      if (mark === ',') next = open.at(-1) === '{' ? 'name' : 'value'
      else if (mark === ':') next = 'value'
      else next = next === 'name' ? 'colon' : 'end'
      mayClose = false
    }
    at = TOKEN.lastIndex
  }
}

/**
 * The first name that occurs twice in one object. `JSON.parse` accepts that: the last one wins, silently.
 * @param text valid JSON
 */
export function repeatedName(text: string): string | undefined {
  const open: Set<string>[] = []
  for (const [, string, colon, bracket] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|([{}[\]])/g)) {
    if (bracket === '{' || bracket === '[') open.push(new Set())
    else if (bracket !== undefined) open.pop()
    if (string === undefined || colon === undefined) continue
    // Decoded: "a" and "\u0061" are the same name.
    const name: unknown = JSON.parse(string)
    if (typeof name !== 'string') continue
    if (open.at(-1)?.has(name) === true) return name
    open.at(-1)?.add(name)
  }
  return undefined
}
