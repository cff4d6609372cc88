import type { Expression } from './ast.ts'
import { assembled, hasLines } from './branches.ts'
import { formatted } from './functions.ts'
import { type Js, printed } from './js.ts'
import { type Part, print, text } from './output.ts'
import type { Values } from './values.ts'

/** Prints a value part by part. */
export function emit(values: Values, value: Expression): Part[] {
  if (value.kind === 'string')
    return value.parts.flatMap(part => (typeof part === 'string' ? text(part) : emitInText(values, part)))
  if (value.kind === 'binary' && value.operator === '.')
    return [...emit(values, value.left), ...emit(values, value.right)]
  if (value.kind === 'list' && value.items.length === 1 && value.items[0]) return emit(values, value.items[0])
  if (value.kind === 'call' && value.name === 'sprintf' && value.args[0])
    return formatted(values, value.args[0], value.args.slice(1), value).flatMap(part =>
      typeof part === 'string' ? text(part) : printValue(values, part),
    )
  if (value.kind === 'choice') {
    const [then, otherwise] = [emit(values, value.then), emit(values, value.otherwise)]
    if (hasLines(then) || hasLines(otherwise))
      return assembled([{ test: values.test(value.test), body: then }], otherwise, false)
  }
  return printValue(values, values.scalar(value))
}

function emitInText(values: Values, part: Expression): Part[] {
  return printValue(values, values.scalar({ kind: 'string', parts: [part], line: part.line }))
}

/** Prints one value. */
export function printValue(values: Values, value: Js): Part[] {
  if (!['text', 'maybe', 'number', 'mixed', 'flag', 'undefined', 'nothing'].includes(value.type.is))
    throw values.refuse({ line: 0 }, 'a record or a list that is printed')
  if (value.type.is === 'undefined') return []
  return print(value, printed(value))
}
