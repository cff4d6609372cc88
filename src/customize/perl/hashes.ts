import type { Expression } from './ast.ts'
import { asText, inside, type Js, js, TIGHT } from './js.ts'
import { givesList, onlyValue } from './lists.ts'
import { joined, NOTHING, type Type } from './types.ts'
import type { Values } from './values.ts'

/** The hash that a list makes, as a Map. */
export function hashOf(values: Values, value: Expression): Js {
  if (value.kind === 'method' && value.name === 'props' && value.args.length === 0) return values.scalar(value.of)
  const items = value.kind === 'list' ? value.items : [value]
  const entries: string[] = []
  const types: Type[] = []
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    if (item === undefined) break
    const several = pairsOf(values, item)
    if (several !== undefined) {
      entries.push(`...${several.code}`)
      types.push(several.type.of ?? NOTHING)
      continue
    }
    const next = items[++index]
    if (next === undefined || givesList(values, item)) throw values.refuse(value, 'a hash made of this')
    const made = values.scalar(next)
    types.push(made.type)
    entries.push(`[${asText(values.scalar(item)).code}, ${inside(made, TIGHT.choice)}]`)
  }
  const of = types.reduce<Type | undefined>((all, type) => all && joined(all, type), NOTHING)
  if (of === undefined) throw values.refuse(value, 'a hash of values of several kinds')
  const [only = ''] = entries
  const from = entries.length === 1 && only.startsWith('...') ? only.slice(3) : `[${entries.join(', ')}]`
  return js(`new Map(${entries.length === 0 ? '' : from})`, { is: 'map', of })
}

/** `map { $_ => … } list` as pairs. */
function pairsOf(values: Values, item: Expression): Js | undefined {
  const inner = item.kind === 'list' && item.items.length === 1 && item.items[0] ? item.items[0] : item
  if (inner.kind !== 'call' || inner.name !== 'map') return undefined
  const list = values.list(inner.block === undefined ? inner.args.slice(1) : inner.args)
  const value = onlyValue(values, inner.block, inner.args[0], inner.line)
  const [key, other] = value.kind === 'list' || value.kind === 'hash' ? value.items : []
  if (key === undefined || other === undefined) throw values.refuse(inner, 'a hash made of this')
  let type: Type = NOTHING
  const made = values.each(inner.block, inner.args[0], list, (_, element) => {
    const second = values.scalar(other)
    type = second.type
    return js(
      `${inside(list, TIGHT.member)}.map(${element} => [${asText(values.scalar(key)).code}, ${inside(second, TIGHT.choice)}])`,
      NOTHING,
    )
  })
  return js(made.code, { is: 'list', of: type })
}
