import type { Expression } from './ast.ts'
import { asText, inside, type Js, js, literal, TIGHT } from './js.ts'
import { givesList } from './lists.ts'
import { TEXT } from './types.ts'
import type { Values } from './values.ts'

/** The value of a test that is false; undefined: nothing. */
export function whenFalse(values: Values, test: Expression): Js | undefined {
  if (test.kind === 'list' && test.items.length === 1 && test.items[0]) return whenFalse(values, test.items[0])
  if (test.kind === 'binary' && /^(?:\|\||or)$/.test(test.operator)) return whenFalse(values, test.right)
  if (test.kind === 'binary' && /^(?:&&|and)$/.test(test.operator)) {
    const [left, right] = [whenFalse(values, test.left), whenFalse(values, test.right)]
    if (left === undefined && right === undefined) return undefined
    const [first, second] = [left, right].map(one => asText(one ?? literal('')))
    const isLeft = inside(values.test(test.left), TIGHT.nullish)
    return js(`${isLeft} ? ${second?.code} : ${first?.code}`, TEXT, TIGHT.choice)
  }
  if (givesList(values, test)) return undefined
  const value = values.scalar(test)
  return ['text', 'maybe', 'mixed', 'number'].includes(value.type.is) ? value : undefined
}
