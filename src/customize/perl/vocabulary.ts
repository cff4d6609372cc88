import { constantOf, type Expression } from './ast.ts'
import { parseProgram } from './parser.ts'
import { splitFragment } from './pieces.ts'
import { TYPES } from './records.ts'
import { Untranslatable } from './untranslatable.ts'

/** The words of programs that say which values make a difference. */
export interface Vocabulary {
  /** Properties of records that they ask for. */
  readonly properties: ReadonlySet<string>
  /** Types of records that they list. */
  readonly types: ReadonlySet<string>
  /** Other texts, such as those that values are compared with. */
  readonly values: ReadonlySet<string>
}

/** Reads the words of fragments. Those that cannot be parsed have none. */
export function vocabularyOf(sources: readonly string[]): Vocabulary {
  const found = { properties: new Set<string>(), types: new Set<string>(), values: new Set<string>() }
  for (const source of sources) {
    try {
      for (const { isProgram, text, line } of splitFragment(source))
        if (isProgram) collect(parseProgram(text, line).statements, found)
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error
    }
  }
  return found
}

interface Found {
  readonly properties: Set<string>
  readonly types: Set<string>
  readonly values: Set<string>
}

/** Longer ones are text of the output. */
const WORD = /^[\w.:@/-]{1,40}$/

function collect(node: unknown, found: Found): void {
  if (Array.isArray(node)) {
    for (const one of node) collect(one, found)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const expression = node as Expression
  if (expression.kind === 'element' && expression.at === 'key') note(found.properties, expression.key)
  if (expression.kind === 'method') {
    const { name, args } = expression
    if (name === 'prop') note(found.properties, args[0])
    if (name === 'get_prop') note(found.properties, args[1])
    const type = TYPES[name]
    if (type !== undefined) found.types.add(type)
    if (name === 'get_all_by_prop') {
      const [first] = args
      const pairs = first?.kind === 'hash' ? first.items : args
      for (let at = 0; at < pairs.length; at += 2) {
        const key = pairs[at]
        if (key && constantOf(key) === 'type') note(found.types, pairs[at + 1])
        else note(found.properties, key)
      }
    }
  }
  if (expression.kind === 'call' && expression.name === 'db_get_prop') note(found.properties, expression.args[2])
  if (expression.kind === 'string') note(found.values, expression)
  for (const value of Object.values(node)) collect(value, found)
}

function note(words: Set<string>, expression: Expression | undefined): void {
  const word = expression && constantOf(expression)
  if (word !== undefined && WORD.test(word)) words.add(word)
}
