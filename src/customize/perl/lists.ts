import type { Expression, Statement } from './ast.ts'
import { parts } from './functions.ts'
import { asNumber, asText, inside, type Js, js, TIGHT } from './js.ts'
import { FLAG, joined, MAYBE, NOTHING, NUMBER, TEXT, type Type } from './types.ts'
import type { Values } from './values.ts'

type Call = Extract<Expression, { kind: 'call' }>

/** Functions that give a list. @returns undefined for others */
export function listCall(values: Values, call: Call): Js | undefined {
  const { name, args, block } = call
  switch (name) {
    case 'split':
      return parts(values, call)
    case 'map':
    case 'grep': {
      const rest = block === undefined ? args.slice(1) : args
      const list = values.list(rest)
      return values.each(block, args[0], list, (value, element) =>
        name === 'grep' ? filtered(list, element, values.test(value)) : mapped(values, list, element, value),
      )
    }
    case 'sort':
      return sorted(values, call)
    case 'reverse':
      return { ...js(`${inside(values.list(args), TIGHT.member)}.toReversed()`, values.list(args).type) }
    case 'keys':
    case 'values':
      throw values.refuse(call, `"${name}" in the order of a hash, which is any: sort them`)
    case 'esmith::util::computeNetworkAndBroadcast': {
      const [address, mask] = args
      if (!address || !mask) return undefined
      const of = `net(${asText(values.scalar(address)).code}, ${asText(values.scalar(mask)).code})`
      return js(`[${of}.network, ${of}.broadcast]`, { is: 'list', of: TEXT }, TIGHT.atom)
    }
    default:
      return undefined
  }
}

/** The names of a hash that was made here, or its values: only where their order is of no account. */
function unordered(values: Values, { name, args: [hash] }: Call): Js | undefined {
  const named = hash && values.variable(hash)
  if (named?.sigil !== '%' || named.type.is !== 'map') return undefined
  const of = name === 'keys' ? TEXT : (named.type.of ?? NOTHING)
  return js(`[...${named.code}.${name}()]`, { is: 'list', of }, TIGHT.atom)
}

/** How many entries a hash has. */
export function countOf(values: Values, call: Call): Js | undefined {
  const [hash] = call.args
  const named = hash && values.variable(hash)
  return named?.sigil === '%' && named.type.is === 'map' ? js(`${named.code}.size`, NUMBER) : undefined
}

function filtered(list: Js, element: string, test: Js): Js {
  return js(`${inside(list, TIGHT.member)}.filter(${element} => ${inside(test, TIGHT.arrow)})`, list.type)
}

function mapped(values: Values, list: Js, element: string, value: Expression): Js {
  const of = inside(list, TIGHT.member)
  const several = value.kind === 'list' ? value.items : [value]
  const isOne = several.length === 1 && several[0] && !givesList(values, several[0])
  if (isOne && several[0]) {
    const made = values.scalar(several[0])
    return js(`${of}.map(${element} => ${arrowBody(made)})`, { is: 'list', of: made.type })
  }
  const made = values.list(several)
  return js(`${of}.flatMap(${element} => ${made.code})`, made.type)
}

function arrowBody(made: Js): string {
  return made.code.startsWith('{') ? `(${made.code})` : made.code
}

/** Whether an expression is a list where one is expected. */
export function givesList(values: Values, expression: Expression): boolean {
  if (expression.kind === 'list') return true
  if (expression.kind === 'variable' || expression.kind === 'dereference') return expression.sigil !== '$'
  if (expression.kind === 'choice') return givesList(values, expression.then) || givesList(values, expression.otherwise)
  if (expression.kind === 'call')
    return [
      'map',
      'grep',
      'sort',
      'split',
      'reverse',
      'keys',
      'values',
      'esmith::util::computeNetworkAndBroadcast',
    ].includes(expression.name)
  if (expression.kind === 'binary' && expression.operator === '..') return true
  return expression.kind === 'method' && values.method(expression).type.is === 'list'
}

function sorted(values: Values, { args, block, line }: Call): Js {
  const [only] = args
  const inner =
    args.length === 1 && only?.kind === 'call' && (only.name === 'keys' || only.name === 'values')
      ? unordered(values, only)
      : undefined
  const list = inner ?? values.list(args)
  const of = inside(list, TIGHT.member)
  if (block === undefined) return js(`${of}.toSorted()`, list.type)
  const [statement] = block
  if (block.length !== 1 || statement?.kind !== 'expression')
    throw values.refuse({ line }, '"sort" with several statements')
  const element = list.type.of ?? NOTHING
  return values.names.within(() => {
    for (const name of ['a', 'b'] as const)
      values.names.learn(values.names.declare({ kind: 'variable', sigil: '$', name, line }), element, line)
    const [a, b] = ['a', 'b'].map(name => values.names.find('$', name)?.code)
    const order = ordered(values, statement.value)
    return js(order === '' ? `${of}.toSorted()` : `${of}.toSorted((${a}, ${b}) => ${order})`, list.type)
  })
}

/** The order that `<=>` and `cmp` give. */
function ordered(values: Values, expression: Expression): string {
  if (expression.kind === 'binary' && (expression.operator === '||' || expression.operator === 'or'))
    return `${ordered(values, expression.left)} || ${ordered(values, expression.right)}`
  if (expression.kind !== 'binary' || (expression.operator !== '<=>' && expression.operator !== 'cmp'))
    throw values.refuse(expression, 'this order of "sort"')
  const { operator, left, right } = expression
  if (operator === '<=>')
    return `${inside(asNumber(values.scalar(left)), TIGHT.add)} - ${inside(asNumber(values.scalar(right)), TIGHT.multiply)}`
  const isPlain = left.kind === 'variable' && left.name === 'a' && right.kind === 'variable' && right.name === 'b'
  if (isPlain) return ''
  const [a, b] = [values.scalar(left), values.scalar(right)].map(one => inside(asText(one), TIGHT.member))
  return `(${a} < ${b} ? -1 : ${a} > ${b} ? 1 : 0)`
}

/** Whether any element fits, or how many do: `grep` where a value is expected. */
export function counted(values: Values, call: Call, asked: 'any' | 'number'): Js {
  const { args, block } = call
  const list = values.list(block === undefined ? args.slice(1) : args)
  return values.each(block, args[0], list, (value, element) => {
    const of = inside(list, TIGHT.member)
    const test = values.test(value).code
    return asked === 'any'
      ? js(`${of}.some(${element} => ${test})`, FLAG)
      : js(`${of}.filter(${element} => ${test}).length`, NUMBER)
  })
}

/** The value that a block with one statement ends with. */
export function onlyValue(
  values: Values,
  block: readonly Statement[] | undefined,
  first: Expression | undefined,
  line: number,
): Expression {
  if (block === undefined && first !== undefined) return first
  const [statement] = block ?? []
  if (block?.length !== 1 || statement?.kind !== 'expression')
    throw values.refuse({ line }, 'a block of several statements in "map" or "grep"')
  return statement.value
}

/** The type of the elements of a list made of these. */
export function elementType(types: readonly Type[]): Type | undefined {
  return types.reduce<Type | undefined>((all, type) => all && joined(all, type), NOTHING)
}

export { MAYBE }
