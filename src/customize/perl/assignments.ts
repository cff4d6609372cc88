import { constantOf, type Expression } from './ast.ts'
import type { Evaluator } from './evaluate.ts'
import { calculated, repeated } from './functions.ts'
import { hashOf } from './hashes.ts'
import { asText, inside, type Js, js, TIGHT, textOf } from './js.ts'
import { givesList } from './lists.ts'
import type { Named } from './names.ts'
import { patternOf, replaced, transliterated } from './patterns.ts'
import { pushed } from './pushed.ts'
import { Stores } from './stores.ts'
import { MAYBE, NOTHING, NUMBER, orMissing, TEXT, type Type, UNDEFINED } from './types.ts'

type Assign = Extract<Expression, { kind: 'assign' }>

/** Translates what changes variables, to lines of code. */
export class Assignments {
  readonly #values: Evaluator
  readonly #stores: Stores

  /** @param atTop whether a variable that is declared here is visible in the whole fragment */
  constructor(values: Evaluator, atTop: () => boolean) {
    this.#values = values
    this.#stores = new Stores(values, atTop)
  }

  /** @returns undefined for an expression that only has a value */
  effect(expression: Expression): string[] | undefined {
    switch (expression.kind) {
      case 'my':
        return this.#declared(expression)
      case 'assign':
        return this.assign(expression)
      case 'unary':
        return this.#counted(expression)
      case 'replace': {
        if (expression.pattern.flags.includes('r')) return undefined
        return this.#stores.store(
          expression.target,
          replaced(this.#values, this.#values.scalar(expression.target), expression),
          expression,
        )
      }
      case 'transliterate': {
        if (expression.flags.includes('r')) return undefined
        return this.#stores.store(
          expression.target,
          transliterated(this.#values, this.#values.scalar(expression.target), expression),
          expression,
        )
      }
      case 'call':
        return this.#call(expression)
      default:
        return undefined
    }
  }

  #declared({ variables, isOur, ...at }: Extract<Expression, { kind: 'my' }>): string[] {
    if (isOur) return []
    return variables.flatMap(variable => {
      const named = this.#values.names.declare(variable)
      if (variable.sigil === '@') {
        this.#learn(named, { is: 'list', of: NOTHING }, at.line)
        return [`${named.assigned.size > 0 ? 'let' : 'const'} ${named.code} = []`]
      }
      if (variable.sigil === '%') {
        this.#learn(named, { is: 'map', of: NOTHING }, at.line)
        return [`${named.assigned.size > 0 ? 'let' : 'const'} ${named.code} = new Map()`]
      }
      if (named.type.is === 'database') return []
      if (named.type.is !== 'list' && named.type.is !== 'map' && named.type.is !== 'object')
        this.#learn(named, UNDEFINED, at.line)
      return [`let ${named.code}`]
    })
  }

  #learn(named: Named, type: Type, line: number): void {
    this.#values.names.learn(named, type, line)
  }

  assign(expression: Expression): string[] {
    if (expression.kind !== 'assign') return this.effect(expression) ?? []
    const { target, operator } = expression
    if (target.kind === 'my') {
      const [only] = target.variables
      if (target.isList) return this.#several(expression, target.variables, !target.isOur)
      if (only) return this.#one(expression, only, !target.isOur)
    }
    if (target.kind === 'list') {
      if (operator !== '') throw this.#values.refuse(expression, 'this assignment')
      return this.#several(expression, target.items, false)
    }
    return this.#one(expression, target, false)
  }

  #one(expression: Assign, target: Expression, isMy: boolean): string[] {
    const value = this.#newValue(expression, target, isMy)
    if (target.kind === 'element') return this.#stores.element(target, value, expression)
    return this.#stores.variable(target, value, expression, isMy)
  }

  /** What a target gets. */
  #newValue({ operator, value, ...at }: Assign, target: Expression, isMy: boolean): Js {
    const values = this.#values
    if (target.kind === 'variable' && target.sigil === '@') {
      if (operator !== '') throw values.refuse(at, `"${operator}=" of a list`)
      return this.#stores.copied(values.list([value]), value, target, isMy)
    }
    if (target.kind === 'variable' && target.sigil === '%') return hashOf(this.#values, value)
    if (operator === '')
      return givesList(values, value) && value.kind === 'list' ? values.scalar(value) : values.scalar(value)
    const now = values.scalar(target)
    const more = values.scalar(value)
    switch (operator) {
      case '.':
        return textOf([now, more])
      case '+':
      case '-':
      case '*':
      case '%':
        return calculated(operator, now, more)
      case 'x':
        return repeated(now, more)
      case '||':
      case '//': {
        return values.scalar({ kind: 'binary', operator, left: target, right: value, line: at.line })
      }
      default:
        throw values.refuse(at, `the assignment ${operator}=`)
    }
  }

  #several(expression: Assign, targets: readonly Expression[], isMy: boolean): string[] {
    const values = this.#values
    const { value } = expression
    const [only] = targets
    if (targets.length === 1 && only?.kind === 'variable' && only.sigil !== '$')
      return this.#one(expression, only, isMy)
    const match = value.kind === 'match' ? value : undefined
    const list =
      match === undefined
        ? values.list([value])
        : js(
            `${patternOf(values, match.pattern, match).code}.exec(${asText(values.scalar(match.target)).code}) ?? []`,
            { is: 'list', of: MAYBE },
            TIGHT.nullish,
          )
    if (match?.pattern.flags.includes('g')) throw values.refuse(expression, 'all matches of a regular expression')
    const of = orMissing(list.type.of ?? MAYBE)
    const names = targets.map(target => {
      if (target.kind === 'call' && target.name === 'undef') return ''
      if (target.kind !== 'variable') throw values.refuse(expression, 'an assignment to this list')
      if (target.name === '' && isMy) return ''
      const named = isMy ? values.names.declare(target) : values.target(target)
      if (named === undefined) throw values.refuse(expression, 'an assignment to this list')
      const isRest = target.sigil === '@'
      values.assign(named, isRest ? { is: 'list', of: list.type.of ?? MAYBE } : of, {
        ...target,
        line: expression.line,
      })
      values.touched.add(named.code)
      return isRest ? `...${named.code}` : named.code
    })
    const begin = match === undefined ? '' : ', '
    const isLet =
      isMy &&
      targets.some(
        target => (values.names.find('$', target.kind === 'variable' ? target.name : '')?.assigned.size ?? 0) > 1,
      )
    const word = isMy ? (isLet ? 'let ' : 'const ') : ';'
    return [`${word}[${begin}${names.join(', ')}] = ${list.code}`]
  }

  #counted(expression: Extract<Expression, { kind: 'unary' }>): string[] | undefined {
    const [operator = ''] = /\+\+|--/.exec(expression.operator) ?? []
    if (operator === '') return undefined
    const { of } = expression
    const now = this.#values.scalar(of)
    if (now.type.is === 'number' && of.kind === 'variable') {
      const named = this.#values.variable(of)
      if (named) this.#values.assign(named, NUMBER, expression)
      return [`${now.code}${operator}`]
    }
    const one = js('1', NUMBER, TIGHT.atom)
    return this.#stores.store(of, calculated(operator.charAt(0), now, one), expression)
  }

  /** `tie %conf, 'esmith::config', FILE`: the hash is a database from now on. */
  #tie(expression: Extract<Expression, { kind: 'call' }>): string[] {
    const [hash, way, file] = expression.args
    const [only] = hash?.kind === 'my' ? hash.variables : [hash]
    const database = file === undefined ? 'configuration' : constantOf(file)?.replace(/^.*\//, '')
    const isOurs = way !== undefined && constantOf(way) === 'esmith::config'
    if (only?.kind !== 'variable' || only.sigil !== '%' || !isOurs || !database)
      throw this.#values.refuse(expression, 'this "tie"')
    this.#values.tied.set(only.name, database)
    return []
  }

  #call(expression: Extract<Expression, { kind: 'call' }>): string[] | undefined {
    const values = this.#values
    const { name, args } = expression
    const [first, ...rest] = args
    switch (name) {
      case 'push':
      case 'unshift':
        return first && pushed(this.#values, name, first, rest, expression)
      case 'shift':
      case 'pop':
        return [values.scalar(expression).code]
      case 'delete': {
        const of = first?.kind === 'element' ? values.variable(first.of) : undefined
        if (first?.kind !== 'element' || of?.type.is !== 'map') throw values.refuse(expression, '"delete" of this')
        return [`${of.code}.delete(${asText(values.scalar(first.key)).code})`]
      }
      case 'undef':
        return first && this.#stores.store(first, js('undefined', UNDEFINED, TIGHT.atom), expression)
      case 'chomp':
      case 'chop': {
        if (first === undefined) return undefined
        const text = inside(asText(values.scalar(first)), TIGHT.member)
        const made = name === 'chop' ? `${text}.slice(0, -1)` : `${text}.replace(/\\n$/, '')`
        return this.#stores.store(first, js(made, TEXT), expression)
      }
      case 'tie':
        return this.#tie(expression)
      default:
        return undefined
    }
  }
}
