import { constantOf, type Expression } from './ast.ts'
import { asNumber, asText, inside, type Js, js, literal, member, TIGHT } from './js.ts'
import { elementType, givesList } from './lists.ts'
import { property, recordOf } from './records.ts'
import { MAYBE, NUMBER, orMissing, TEXT, type Type } from './types.ts'
import { ReadsOutput } from './untranslatable.ts'
import type { Values } from './values.ts'

export const CONFIGURATION = js("db('configuration')", { is: 'database', name: 'configuration' })
const CONFIG = js('config', TEXT, TIGHT.atom)

export function elementOf(values: Values, expression: Extract<Expression, { kind: 'element' }>): Js {
  const { of, at, key } = expression
  if (at === 'index') return indexed(values, expression)
  if (of.kind === 'variable') {
    const named = values.variable(of)
    if (named === undefined)
      return property(
        values,
        recordOf(values, CONFIGURATION, { kind: 'string', parts: [of.name], line: of.line }),
        key,
        true,
      )
    return keyed(values, js(named.code, named.type), key, expression)
  }
  if (of.kind === 'dereference') {
    if (of.of.kind === 'variable' && of.of.name === 'confref') {
      const name = constantOf(key)
      if (name !== undefined && values.known.record(name) !== 'properties') return js(member(CONFIG, name), MAYBE)
      throw values.refuse(expression, 'a record of $confref as a text')
    }
    return keyed(values, values.scalar(of.of), key, expression)
  }
  throw values.refuse(expression, 'this element')
}

function keyed(values: Values, holder: Js, key: Expression, expression: Expression): Js {
  switch (holder.type.is) {
    case 'record':
    case 'record?':
      return property(values, holder, key, holder.type.is === 'record?')
    case 'map':
      return js(`${holder.code}.get(${asText(values.scalar(key)).code})`, orMissing(holder.type.of ?? MAYBE))
    case 'object': {
      const name = constantOf(key)
      if (name === undefined || name in {})
        throw values.refuse(expression, 'an element whose name is computed, of a hash without a name')
      return js(member(holder, name), orMissing(holder.type.of ?? MAYBE))
    }
    case 'nothing':
      return js(`${holder.code}.get(${asText(values.scalar(key)).code})`, MAYBE)
    default:
      throw values.refuse(expression, 'an element of something that is no hash')
  }
}

function indexed(values: Values, { of, key }: Extract<Expression, { kind: 'element' }>): Js {
  const list = values.list([of])
  const at = asNumber(values.scalar(key))
  const type = orMissing(list.type.of ?? MAYBE)
  const code = inside(list, TIGHT.member)
  return /^-?\d+$/.test(at.code) && !at.code.startsWith('-')
    ? js(`${code}[${at.code}]`, type)
    : js(`${code}.at(${at.code})`, type)
}

export function behindReference(values: Values, expression: Extract<Expression, { kind: 'dereference' }>): Js {
  if (expression.sigil === '@') return js(`${inside(values.list([expression]), TIGHT.member)}.length`, NUMBER)
  // `${ $x }` inside of strings, and `${\ … }`.
  if (expression.sigil === '$' && expression.of.kind === 'unary' && expression.of.operator === '\\')
    return values.scalar(expression.of.of)
  if (expression.sigil === '%') {
    const value = values.scalar(expression.of)
    if (value.type.is === 'object' || value.type.is === 'map') return value
  }
  throw values.refuse(expression, 'a value behind a reference')
}

export function objectOf(values: Values, expression: Extract<Expression, { kind: 'hash' }>): Js {
  const entries: string[] = []
  const types: Type[] = []
  for (let index = 0; index < expression.items.length; index += 2) {
    const [key, value] = expression.items.slice(index, index + 2)
    const name = key && constantOf(key)
    if (name === undefined || value === undefined || givesList(values, value))
      throw values.refuse(expression, 'a hash without a name, whose names are computed')
    const made = values.scalar(value)
    types.push(made.type)
    const isName = /^[A-Za-z_]\w*$/.test(name)
    entries.push(
      isName && made.code === name ? name : `${isName ? name : literal(name).code}: ${inside(made, TIGHT.choice)}`,
    )
  }
  const of = elementType(types)
  if (of === undefined) throw values.refuse(expression, 'a hash of values of several kinds')
  return js(entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`, { is: 'object', of }, TIGHT.atom)
}

export function rangeOf(values: Values, { left, right, ...at }: Extract<Expression, { kind: 'binary' }>): Js {
  const [from, to] = [asNumber(values.scalar(left)), asNumber(values.scalar(right))]
  const of: Type = { is: 'list', of: NUMBER }
  const [first, last] = [Number(from.code), Number(to.code)]
  if (first <= last && last - first < 10)
    return js(`[${Array.from({ length: last - first + 1 }, (_, index) => first + index).join(', ')}]`, of, TIGHT.atom)
  if (!Number.isInteger(first)) throw values.refuse(at, 'a range whose beginning is computed')
  const length =
    first === 0 ? `${inside(to, TIGHT.add)} + 1` : first === 1 ? to.code : `${inside(to, TIGHT.add)} - ${first - 1}`
  return js(
    `Array.from({ length: Math.max(0, ${length}) }, (_, index) => index${first === 0 ? '' : ` + ${first}`})`,
    of,
  )
}

export function scalarVariable(values: Values, expression: Extract<Expression, { kind: 'variable' }>): Js {
  const { sigil, name } = expression
  if (sigil === '@') return js(`${inside(values.list([expression]), TIGHT.member)}.length`, NUMBER)
  const named = values.variable(expression)
  if (sigil === '%') {
    if (named !== undefined) return js(named.code, named.type)
    throw values.refuse(expression, `the whole hash %${name}`)
  }
  if (/^\d$/.test(name)) {
    if (values.groups === undefined)
      throw values.refuse(expression, `$${name} of a match that may not have been the last one`)
    return js(`${values.groups}[${name}]`, MAYBE)
  }
  if (named !== undefined) {
    if (named.type.is === 'database') return js(`db(${literal(named.type.name ?? '').code})`, named.type)
    return js(named.code, named.type)
  }
  if (name === 'DB') return CONFIGURATION
  if (name === 'EVENT') return js('event.name', TEXT)
  if (name === 'OUT') throw new ReadsOutput(expression.line)
  if (['confref', '!', '@', '&', '0', '_'].includes(name) || name.includes('::'))
    throw values.refuse(expression, `the variable $${name}`)
  const record = values.known.record(name)
  if (record === 'properties') throw values.refuse(expression, `the whole record $${name} as a text`)
  if (record === undefined && values.known.hasItem) return js(member(js('item', TEXT, TIGHT.atom), name, true), MAYBE)
  return js(member(CONFIG, name), MAYBE)
}
