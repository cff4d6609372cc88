import { constantOf, type Expression } from './ast.ts'
import { asNumber, asText, inside, type Js, js, literal, numeral, printed, TIGHT, textOf } from './js.ts'
import { patternOf } from './patterns.ts'
import { property, recordOf } from './records.ts'
import { FLAG, MAYBE, NUMBER, orMissing, TEXT, type Type } from './types.ts'
import type { Values } from './values.ts'

type Call = Extract<Expression, { kind: 'call' }>

/** Functions of which a value is made; those that give a list are in lists.ts. @returns undefined for others */
export function scalarCall(values: Values, call: Call): Js | undefined {
  const { name, args } = call
  const [first, second, third] = args
  const value = () => values.scalar(first ?? topic(call))
  switch (name) {
    case 'defined':
      return defined(values, first ?? topic(call))
    case 'exists':
      return first && exists(values, first)
    case 'scalar':
      return first && values.scalar(first)
    case 'lc':
    case 'uc':
      return js(`${inside(asText(value()), TIGHT.member)}.to${name === 'lc' ? 'Lower' : 'Upper'}Case()`, TEXT)
    case 'ucfirst':
    case 'lcfirst': {
      const text = inside(asText(value()), TIGHT.member)
      return js(`${text}.replace(/^./, first => first.to${name === 'ucfirst' ? 'Upper' : 'Lower'}Case())`, TEXT)
    }
    case 'length':
      return js(`${inside(asText(value()), TIGHT.member)}.length`, NUMBER)
    case 'int':
      return js(`Math.trunc(${asNumber(value()).code})`, NUMBER)
    case 'abs':
      return js(`Math.abs(${asNumber(value()).code})`, NUMBER)
    case 'join':
      return first && joinedText(values, values.scalar(first), values.list(args.slice(1)), call)
    case 'sprintf':
      return first && textOf(formatted(values, first, args.slice(1), call))
    case 'substr': {
      if (!first || !second || args.length > 3) return undefined
      const from = asNumber(values.scalar(second)).code
      const length = third && asNumber(values.scalar(third))
      if (length && (!/^\d+$/.test(from) || !/^\d+$/.test(length.code)))
        throw values.refuse(call, 'substr with numbers that are computed')
      return js(
        `${inside(asText(values.scalar(first)), TIGHT.member)}.slice(${from}${length ? `, ${Number(from) + Number(length.code)}` : ''})`,
        TEXT,
      )
    }
    case 'index':
      if (!first || !second || third) return undefined
      return js(
        `${inside(asText(values.scalar(first)), TIGHT.member)}.indexOf(${asText(values.scalar(second)).code})`,
        NUMBER,
      )
    case 'shift':
    case 'pop': {
      const list = first && values.variable(first)
      if (list?.sigil !== '@') return undefined
      list.changed = true
      return js(`${list.code}.${name}()`, orMissing(list.type.of ?? MAYBE))
    }
    case 'db_get_prop':
    case 'db_get_type': {
      const database = tiedDatabase(values, first)
      if (database === undefined || !second || (name === 'db_get_prop' && !third)) return undefined
      return third
        ? property(values, recordOf(values, database, second), third, true)
        : typeOf(values, database, second)
    }
    case 'esmith::util::computeLocalNetworkShortSpec':
    case 'computeLocalNetworkShortSpec':
      return network(values, args, '.cidr')
    case 'esmith::util::computeNetmaskFromBits':
      return first && js(`net(${textOf(['0.0.0.0/', value()]).code}).mask`, TEXT)
    default:
      return undefined
  }
}

function topic({ line }: Expression): Expression {
  return { kind: 'variable', sigil: '$', name: '_', line }
}

/** The database behind `$confref`, or behind a hash that was tied to one. */
function tiedDatabase(values: Values, expression: Expression | undefined): Js | undefined {
  if (expression?.kind === 'variable' && expression.name === 'confref') return databaseOf('configuration')
  if (expression?.kind !== 'unary' || expression.operator !== '\\' || expression.of.kind !== 'variable')
    return undefined
  const name = values.tied.get(expression.of.name)
  return name === undefined ? undefined : databaseOf(name)
}

function databaseOf(name: string): Js {
  return js(`db(${literal(name).code})`, { is: 'database', name })
}

function typeOf(values: Values, database: Js, key: Expression): Js {
  return js(`${database.code}.get(${asText(values.scalar(key)).code})?.type`, MAYBE)
}

function network(values: Values, [address, mask]: readonly Expression[], member: string): Js | undefined {
  if (!address || !mask) return undefined
  return js(`net(${asText(values.scalar(address)).code}, ${asText(values.scalar(mask)).code})${member}`, TEXT)
}

function defined(values: Values, expression: Expression): Js {
  const isList = expression.kind === 'variable' && expression.sigil !== '$'
  if (isList) return values.test(expression)
  const value = values.scalar(expression)
  switch (value.type.is) {
    case 'text':
    case 'number':
    case 'flag':
    case 'record':
    case 'list':
    case 'map':
    case 'object':
    case 'database':
      // What is behind a key of a hash may be missing, whatever it is.
      if (expression.kind === 'element' && value.type.is !== 'record')
        return js(`${inside(value, TIGHT.compare)} !== undefined`, FLAG, TIGHT.equal)
      return { ...js('true', FLAG, TIGHT.atom), constant: '1' }
    default:
      return js(`${inside(value, TIGHT.compare)} !== undefined`, FLAG, TIGHT.equal)
  }
}

function exists(values: Values, expression: Expression): Js {
  if (expression.kind !== 'element') throw values.refuse(expression, '"exists" of something else than an element')
  const named = values.variable(expression.of)
  if (named?.sigil === '%' && named.type.is !== 'record' && named.type.is !== 'record?')
    return js(`${named.code}.has(${asText(values.scalar(expression.key)).code})`, FLAG)
  return js(`${values.scalar(expression).code} !== undefined`, FLAG, TIGHT.equal)
}

/** Undefined elements are empty in both languages. */
function joinedText(values: Values, separator: Js, list: Js, call: Call): Js {
  const of = list.type.of ?? TEXT
  if (!['text', 'maybe', 'number', 'mixed', 'undefined', 'nothing'].includes(of.is))
    throw values.refuse(call, '"join" of something else than texts')
  const lines = separator.type.lines || of.lines ? { lines: true } : {}
  return js(`${inside(list, TIGHT.member)}.join(${asText(separator).code})`, { ...TEXT, ...lines })
}

/** `sprintf` with a constant format, as a text with padded parts. */
export function formatted(
  values: Values,
  format: Expression,
  args: readonly Expression[],
  call: Call,
): (string | Js)[] {
  const text = constantOf(format)
  if (text === undefined) throw values.refuse(call, '"sprintf" with a format that is computed')
  const given = args.flatMap(arg => (arg.kind === 'list' ? arg.items : [arg]))
  if (given.some(arg => arg.kind === 'variable' && arg.sigil !== '$')) throw values.refuse(call, '"sprintf" of a list')
  let used = 0
  return text.split(/(%[^a-zA-Z%]*[a-zA-Z%])/).map(part => {
    if (!part.startsWith('%')) return part
    if (part === '%%') return '%'
    const arg = given[used++]
    const [, flags = '', width = '', digits, letter] = /^%([-0]*)(\d*)(?:\.(\d+))?([sdiuf])$/.exec(part) ?? []
    if (letter === undefined) throw values.refuse(call, `"sprintf" with ${part}`)
    return padded(value(values, arg, letter, digits, call), flags, width)
  })
}

function value(
  values: Values,
  arg: Expression | undefined,
  letter: string,
  digits: string | undefined,
  call: Call,
): Js {
  if (arg === undefined) return literal('')
  const made = values.scalar(arg)
  if (letter === 's' && digits !== undefined)
    return js(`${inside(asText(made), TIGHT.member)}.slice(0, ${digits})`, TEXT)
  if (letter === 's') return made
  if (letter === 'f') return js(`${inside(asNumber(made), TIGHT.member)}.toFixed(${digits ?? 6})`, TEXT)
  if (digits !== undefined) throw values.refuse(call, '"sprintf" with digits of an integer')
  return js(`Math.trunc(${asNumber(made).code})`, NUMBER)
}

function padded(made: Js, flags: string, width: string): Js {
  if (width === '' || width === '0') return made
  if (flags.includes('-'))
    return js(`pad(${made.type.is === 'number' ? made.code : asText(made).code}, ${width})`, TEXT)
  const filler = flags.includes('0') ? ", '0'" : ''
  return js(`${inside(asText(made), TIGHT.member)}.padStart(${width}${filler})`, TEXT)
}

/** `split`: the parts of a text, without empty ones at the end. */
export function parts(values: Values, call: Call): Js {
  const [separator, text, limit] = call.args
  if (separator === undefined || limit !== undefined) throw values.refuse(call, '"split" with a limit')
  const value = values.scalar(text ?? topic(call))
  const of: Type = { is: 'list', of: TEXT }
  const constant = constantOf(separator)
  if (constant === ' ') return js(`list(${value.code}, /\\s+/)`, of)
  const single =
    constant !== undefined && (constant.length === 1 || /^\w+$/.test(constant)) && !/[.|^$*+?()[\]\\{}]/.test(constant)
      ? literal(constant).code
      : undefined
  if (single !== undefined) return js(`fields(${value.code}, ${single})`, of)
  const pattern: Expression =
    separator.kind === 'match'
      ? separator
      : { kind: 'match', target: separator, pattern: { parts: [constant ?? ''], flags: '' }, line: call.line }
  if (separator.kind !== 'match' && constant === undefined)
    throw values.refuse(call, '"split" at something that is computed')
  const [plain = '', ...more] = pattern.kind === 'match' ? pattern.pattern.parts : []
  if (more.length === 0 && typeof plain === 'string' && /^[^.|^$*+?()[\]\\{}/]$/.test(plain))
    return js(`fields(${value.code}, ${literal(plain).code})`, of)
  if (pattern.kind !== 'match') throw values.refuse(call, '"split"')
  return js(`fields(${value.code}, ${patternOf(values, pattern.pattern, call).code})`, of)
}

/** How an operator of numbers is written. */
export function calculated(operator: string, left: Js, right: Js): Js {
  const [tight, looser] = '*/%'.includes(operator) ? [TIGHT.multiply, TIGHT.unary] : [TIGHT.add, TIGHT.multiply]
  const code = `${inside(asNumber(left), tight)} ${operator} ${inside(asNumber(right), looser)}`
  return js(code, NUMBER, tight)
}

/** Repeats a text. */
export function repeated(text: Js, count: Js): Js {
  return js(`${inside(asText(text), TIGHT.member)}.repeat(Math.max(0, ${asNumber(count).code}))`, {
    ...TEXT,
    ...(text.type.lines && { lines: true }),
  })
}

export { numeral, printed }
