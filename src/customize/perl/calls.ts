import type { Expression } from './ast.ts'
import { CONFIGURATION, rangeOf } from './elements.ts'
import { scalarCall } from './functions.ts'
import { inside, type Js, js, TIGHT } from './js.ts'
import { counted, countOf, listCall } from './lists.ts'
import { askedDatabase, askedRecord, opened, property, recordOf } from './records.ts'
import { FLAG, joined, NOTHING, NUMBER, UNDEFINED } from './types.ts'
import type { Values } from './values.ts'

export function callValue(values: Values, expression: Extract<Expression, { kind: 'call' }>): Js {
  const { name } = expression
  if (name === 'grep') return counted(values, expression, 'number')
  if (name === 'keys' || name === 'values') {
    const count = countOf(values, expression)
    if (count !== undefined) return count
  }
  if (name === 'undef' && expression.args.length === 0) return js('undefined', UNDEFINED, TIGHT.atom)
  const made = scalarCall(values, expression)
  if (made !== undefined) return made
  if (name === 'map' || name === 'split') return js(`${inside(values.list([expression]), TIGHT.member)}.length`, NUMBER)
  throw values.refuse(expression, `the function ${name}`)
}

export function methodValue(values: Values, expression: Extract<Expression, { kind: 'method' }>): Js {
  const database = opened(values, expression)
  if (database !== undefined) return database
  const of = expression.of
  if (
    of.kind === 'method' &&
    of.of.kind === 'class' &&
    of.of.name === 'NethServer::Service' &&
    of.name === 'new' &&
    expression.name === 'is_enabled'
  ) {
    const [service] = of.args
    if (service)
      return js(
        `${property(values, recordOf(values, CONFIGURATION, service), { kind: 'string', parts: ['status'], line: of.line }, true).code} === 'enabled'`,
        FLAG,
        TIGHT.equal,
      )
  }
  const object = values.scalar(of)
  switch (object.type.is) {
    case 'database':
      return askedDatabase(values, object, expression)
    case 'record':
    case 'record?':
      return askedRecord(values, object, expression)
    default:
      throw values.refuse(expression, `the method ${expression.name}`)
  }
}

export function listOf(values: Values, expression: Expression): Js {
  if (expression.kind === 'list') return values.list(expression.items)
  if (expression.kind === 'call') {
    const made = listCall(values, expression)
    if (made !== undefined) return made
  }
  if (expression.kind === 'method') return values.method(expression)
  if (expression.kind === 'choice') {
    const [then, otherwise] = [values.list([expression.then]), values.list([expression.otherwise])]
    const type = joined(then.type, otherwise.type)
    if (type === undefined) throw values.refuse(expression, 'a choice between values of several kinds')
    return js(
      `${inside(values.test(expression.test), TIGHT.nullish)} ? ${then.code} : ${otherwise.code}`,
      type,
      TIGHT.choice,
    )
  }
  if (expression.kind === 'binary' && expression.operator === '..') return rangeOf(values, expression)
  if (expression.kind === 'dereference' && expression.sigil === '@') {
    const value = values.scalar(expression.of)
    if (value.type.is === 'list' || value.type.is === 'nothing')
      return js(value.code, { is: 'list', of: value.type.of ?? NOTHING }, value.tight)
    throw values.refuse(expression, 'a list behind a reference to something else')
  }
  const named = values.variable(expression)
  if (named?.sigil === '@') return js(values.listName(named), { is: 'list', of: named.type.of ?? NOTHING })
  if (expression.kind === 'variable' && expression.sigil === '@') {
    if (expression.name === 'ARGV' || expression.name === '_') throw values.refuse(expression, `@${expression.name}`)
    return js('[]', { is: 'list', of: NOTHING }, TIGHT.atom)
  }
  throw values.refuse(expression, 'a hash as a list')
}
