import { constantOf, type Expression } from './ast.ts'
import { calculated, repeated } from './functions.ts'
import { asNumber, asText, inside, type Js, js, literal, opposite, TIGHT, textOf } from './js.ts'
import { FLAG, joined, NUMBER, type Type } from './types.ts'
import type { Values } from './values.ts'

export function binaryValue(values: Values, expression: Extract<Expression, { kind: 'binary' }>): Js {
  const { operator, left, right } = expression
  switch (operator) {
    case '.':
      return textOf([values.scalar(left), values.scalar(right)])
    case '||':
    case 'or':
      return either(values, left, right, expression)
    case '//': {
      const [a, b] = [values.scalar(left), values.scalar(right)]
      const type = joined(a.type.is === 'maybe' ? { ...a.type, is: 'text' } : a.type, b.type)
      if (type === undefined) throw values.refuse(expression, 'a choice between values of several kinds')
      return js(`${inside(a, TIGHT.equal)} ?? ${inside(b, TIGHT.equal)}`, type, TIGHT.nullish)
    }
    case '&&':
    case 'and': {
      const [test, value] = [values.test(left), values.scalar(right)]
      if (value.type.is === 'flag') return values.test(expression)
      const otherwise = values.scalar(left)
      const missing = otherwise.type.is === 'flag' ? literal('') : otherwise
      const type = joined(missing.type, value.type)
      if (type === undefined) throw values.refuse(expression, `"${operator}" between values of several kinds`)
      return js(
        `${inside(test, TIGHT.nullish)} ? ${inside(value, TIGHT.choice)} : ${inside(missing, TIGHT.choice)}`,
        type,
        TIGHT.choice,
      )
    }
    case '/': {
      const code = calculated(operator, values.scalar(left), values.scalar(right)).code
      return js(`Number((${code}).toPrecision(15))`, NUMBER)
    }
    case '+':
    case '-':
    case '*':
    case '%':
      return calculated(operator, values.scalar(left), values.scalar(right))
    case '**':
      return js(
        `${inside(asNumber(values.scalar(left)), TIGHT.member)} ** ${inside(asNumber(values.scalar(right)), TIGHT.member)}`,
        NUMBER,
        TIGHT.multiply,
      )
    case 'x':
      return repeated(values.scalar(left), values.scalar(right))
    case '..':
    case '...':
      throw values.refuse(expression, 'a range where one value is expected')
    default: {
      const test = binaryTest(values, expression)
      if (test === undefined) throw values.refuse(expression, `the operator ${operator}`)
      return test
    }
  }
}

/** `||`: the first that is not missing, empty or 0. */
function either(values: Values, left: Expression, right: Expression, at: Expression): Js {
  const a = values.scalar(left)
  // A number that stands in for a text is one.
  const b = a.type.is === 'maybe' && right.kind === 'number' ? asText(values.scalar(right)) : values.scalar(right)
  if (a.type.is === 'database') return a
  if (a.type.is === 'flag' && b.type.is === 'flag') return values.test(at)
  const isText = a.type.is === 'text' || a.type.is === 'maybe' || a.type.is === 'mixed'
  const found: Type =
    a.type.is === 'maybe' ? { ...a.type, is: 'text' } : a.type.is === 'record?' ? { is: 'record' } : a.type
  const type = joined(found, b.type)
  if (type === undefined || a.type.is === 'flag') throw values.refuse(at, '"||" between values of several kinds')
  if (a.type.is === 'number') return js(`${inside(a, TIGHT.or)} || ${inside(b, TIGHT.and)}`, type, TIGHT.or)
  if (!isText) return js(`${inside(a, TIGHT.equal)} ?? ${inside(b, TIGHT.equal)}`, type, TIGHT.nullish)
  return js(`${filledIn(values, left)} ?? ${inside(b, TIGHT.equal)}`, type, TIGHT.nullish)
}

/** What is filled in: `filled(a) ?? filled(b)` for `a || b`. */
function filledIn(values: Values, expression: Expression): string {
  if (expression.kind === 'list' && expression.items.length === 1 && expression.items[0])
    return filledIn(values, expression.items[0])
  if (expression.kind === 'binary' && expression.operator === '||')
    return `${filledIn(values, expression.left)} ?? ${filledIn(values, expression.right)}`
  return `filled(${values.scalar(expression).code})`
}

export function binaryTest(values: Values, expression: Extract<Expression, { kind: 'binary' }>): Js | undefined {
  const { operator, left, right } = expression
  const compared = COMPARISONS[operator]
  if (compared !== undefined) {
    const [a, b] = [values.scalar(left), values.scalar(right)].map(value =>
      inside(/[<>=]/.test(operator) ? asNumber(value) : asText(value), TIGHT.add),
    )
    return js(`${a} ${compared} ${b}`, FLAG, /=.=/.test(compared) ? TIGHT.equal : TIGHT.compare)
  }
  switch (operator) {
    case 'eq':
      return equal(values, left, right)
    case 'ne':
      return opposite(equal(values, left, right))
    case '&&':
    case 'and': {
      const [a, b] = [values.test(left), values.test(right)]
      if (a.constant !== undefined) return a.constant ? b : a
      if (b.constant === '1') return a
      return js(`${inside(a, TIGHT.and)} && ${inside(b, TIGHT.and)}`, FLAG, TIGHT.and)
    }
    case '||':
    case 'or': {
      const [a, b] = [values.test(left), values.test(right)]
      if (a.constant !== undefined) return a.constant ? a : b
      if (b.constant === '') return a
      return js(`${inside(a, TIGHT.or)} || ${inside(b, TIGHT.or)}`, FLAG, TIGHT.or)
    }
    default:
      return undefined
  }
}

function equal(values: Values, left: Expression, right: Expression): Js {
  const [first, second] =
    constantOf(left) !== undefined && constantOf(right) === undefined ? [right, left] : [left, right]
  const wanted = constantOf(second)
  const value = values.scalar(withoutDefault(first, wanted))
  if (wanted === '' && (value.type.is === 'text' || value.type.is === 'maybe'))
    return js(`!${inside(value, TIGHT.unary)}`, FLAG, TIGHT.unary)
  const isPlain = wanted !== undefined && (value.type.is === 'text' || value.type.is === 'maybe')
  const a = isPlain ? value : asText(value)
  return js(
    `${inside(a, TIGHT.compare)} === ${inside(wanted === undefined ? asText(values.scalar(second)) : literal(wanted), TIGHT.compare)}`,
    FLAG,
    TIGHT.equal,
  )
}

export function unaryValue(values: Values, expression: Extract<Expression, { kind: 'unary' }>): Js {
  const { operator, of } = expression
  if (operator === '!') return values.test(expression)
  if (operator === '-') {
    const number = asNumber(values.scalar(of))
    return js(`-${inside(number, TIGHT.unary)}`, NUMBER, TIGHT.unary)
  }
  if (operator === '\\' && (of.kind === 'variable' || of.kind === 'dereference') && of.sigil === '@')
    return values.list([of])
  throw values.refuse(
    expression,
    operator === '\\' ? 'a reference' : `"${operator.replace(' after', '')}" inside of an expression`,
  )
}

const COMPARISONS: Readonly<Record<string, string>> = {
  '==': '===',
  '!=': '!==',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  lt: '<',
  gt: '>',
  le: '<=',
  ge: '>=',
}

/** `(x || 'disabled') eq 'enabled'` asks the same as `x eq 'enabled'`. */
function withoutDefault(expression: Expression, wanted: string | undefined): Expression {
  const inner = expression.kind === 'list' && expression.items.length === 1 ? expression.items[0] : expression
  if (inner?.kind !== 'binary' || inner.operator !== '||' || !wanted || wanted === '0') return expression
  const usual = constantOf(inner.right)
  return usual === undefined || usual === wanted ? expression : withoutDefault(inner.left, wanted)
}
