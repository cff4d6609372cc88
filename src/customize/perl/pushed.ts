import type { Expression } from './ast.ts'
import { asText, inside, TIGHT } from './js.ts'

import { NOTHING } from './types.ts'
import type { Values } from './values.ts'

/** `push` and `unshift`: lines of code. */
export function pushed(
  values: Values,
  name: string,
  target: Expression,
  rest: readonly Expression[],
  at: Expression,
): string[] {
  const list = values.list(rest)
  const added = /^\[(.*)\]$/s.exec(list.code)?.[1] ?? `...${inside(list, TIGHT.choice)}`
  const of = list.type.of ?? NOTHING
  const element =
    target.kind === 'dereference' && target.of.kind === 'element' && target.of.at === 'key' ? target.of : undefined
  const map = element && values.variable(element.of)
  if (element && map?.sigil === '%') {
    values.names.learn(map, { is: 'map', of: { is: 'list', of } }, at.line)
    const key = asText(values.scalar(element.key)).code
    const now = `...(${map.code}.get(${key}) ?? [])`
    return [`${map.code}.set(${key}, [${name === 'push' ? `${now}, ${added}` : `${added}, ${now}`}])`]
  }
  const named = values.variable(target)
  if (named?.sigil !== '@') throw values.refuse(at, `"${name}" to this`)
  const behind = target.kind === 'dereference' ? values.variable(target.of) : named
  if (behind) {
    behind.changed = true
    values.names.learn(behind, { is: 'list', of }, at.line)
  }
  return [`${values.listName(named)}.${name}(${added})`]
}
