import { constantOf, type Expression } from './ast.ts'
import type { Evaluator } from './evaluate.ts'
import { calculated, repeated } from './functions.ts'
import { hashOf } from './hashes.ts'
import { asNumber, asText, inside, type Js, js, member, TIGHT, textOf } from './js.ts'
import { givesList } from './lists.ts'
import type { Named } from './names.ts'
import { patternOf, replaced, transliterated } from './patterns.ts'
import { pushed } from './pushed.ts'
import { MAYBE, NOTHING, NUMBER, orMissing, TEXT, type Type, UNDEFINED } from './types.ts'

type Assign = Extract<Expression, { kind: 'assign' }>

/** Translates what changes variables, to lines of code. */
export class Assignments {
  readonly #values: Evaluator
  /** Whether a variable that is declared here is visible in the whole fragment. */
  readonly #atTop: () => boolean

  constructor(values: Evaluator, atTop: () => boolean) {
    this.#values = values
    this.#atTop = atTop
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
        return this.#store(
          expression.target,
          replaced(this.#values, this.#values.scalar(expression.target), expression),
          expression,
        )
      }
      case 'transliterate': {
        if (expression.flags.includes('r')) return undefined
        return this.#store(
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
    if (target.kind === 'element') return this.#storeElement(target, value, expression)
    return this.#storeVariable(target, value, expression, isMy)
  }

  /** What a target gets. */
  #newValue({ operator, value, ...at }: Assign, target: Expression, isMy: boolean): Js {
    const values = this.#values
    if (target.kind === 'variable' && target.sigil === '@') {
      if (operator !== '') throw values.refuse(at, `"${operator}=" of a list`)
      return this.#copied(values.list([value]), value, target, isMy)
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

  /** A list that is changed later must not be that of somebody else. */
  #copied(list: Js, value: Expression, target: Expression, isMy: boolean): Js {
    const isOther =
      /^[\w.]+$/.test(list.code) || list.code.startsWith('vars.list(') || /\.all\([^)]*\)$/.test(list.code)
    const isShared = value.kind === 'variable' || (value.kind === 'list' && value.items.length === 1)
    const named = isMy ? undefined : this.#values.target(target)
    const willChange = isMy || named?.changed !== false
    return isOther && (isShared || willChange) ? js(`[...${list.code}]`, list.type, TIGHT.atom) : list
  }

  #storeVariable(target: Expression, value: Js, site: Expression, isMy: boolean): string[] {
    const values = this.#values
    if (isMy && target.kind === 'variable') {
      const named = values.names.declare(target)
      values.assign(named, value.type, site)
      if (value.type.is === 'database') return []
      return [`${named.assigned.size > 1 ? 'let' : 'const'} ${named.code} = ${inside(value, TIGHT.arrow)}`]
    }
    const named = values.target(target)
    if (named === undefined)
      throw values.refuse(
        site,
        target.kind === 'variable' ? `a change of the record ${target.name}` : 'an assignment to this',
      )
    if (target.kind === 'dereference') throw values.refuse(site, 'an assignment to what a reference leads to')
    values.assign(named, value.type, site)
    if (value.type.is === 'database') return []
    const isFirst = named.from === 'fragment' && !values.touched.has(named.code) && this.#atTop()
    if (isFirst) {
      values.touched.add(named.code)
      values.declaredHere.add(named.code)
      return [`${named.assigned.size > 1 ? 'let' : 'const'} ${named.code} = ${value.code}`]
    }
    values.touched.add(named.code)
    const appended = /^`\$\{(\w+)\}(.*)`$/s.exec(value.code)
    if (appended?.[1] === named.code && named.type.is === 'text' && !appended[2]?.includes('`'))
      return [`${named.code} += ${'`'}${appended[2]}${'`'}`]
    return [`${named.code} = ${inside(value, TIGHT.arrow)}`]
  }

  #storeElement(target: Extract<Expression, { kind: 'element' }>, value: Js, site: Expression): string[] {
    const values = this.#values
    const { of, at, key } = target
    if (at === 'index') {
      const named = values.variable(of)
      if (named?.sigil !== '@') throw values.refuse(site, 'an assignment to this element')
      named.changed = true
      this.#learn(named, { is: 'list', of: value.type }, site.line)
      return [`${values.listName(named)}[${asNumber(values.scalar(key)).code}] = ${value.code}`]
    }
    if (of.kind === 'variable') {
      const named = values.variable(of)
      if (named === undefined) throw values.refuse(site, `a change of the record ${of.name}`)
      if (named.type.is === 'record' || named.type.is === 'record?') throw values.refuse(site, 'a change of a record')
      this.#learn(named, { is: 'map', of: value.type }, site.line)
      return [`${named.code}.set(${asText(values.scalar(key)).code}, ${value.code})`]
    }
    const name = constantOf(key)
    const holder = of.kind === 'dereference' ? values.scalar(of.of) : undefined
    const named = of.kind === 'dereference' ? values.variable(of.of) : undefined
    if (holder?.type.is !== 'object' || name === undefined || name in {} || named === undefined)
      throw values.refuse(site, 'an assignment to this element')
    this.#learn(named, { is: 'object', of: value.type }, site.line)
    return [`${member(holder, name)} = ${value.code}`]
  }

  /** A value that is made of what was there before. */
  #store(target: Expression, value: Js, site: Expression): string[] {
    if (target.kind === 'list' && target.items.length === 1) {
      // `(my $x = $y) =~ s/a/b/`
      const [only] = target.items
      if (only?.kind === 'assign' && only.target.kind === 'my')
        throw this.#values.refuse(site, 'a replacement in an assignment')
    }
    if (target.kind === 'element') return this.#storeElement(target, value, site)
    return this.#storeVariable(target, value, site, false)
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
    return this.#store(of, calculated(operator.charAt(0), now, one), expression)
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
        return first && this.#store(first, js('undefined', UNDEFINED, TIGHT.atom), expression)
      case 'chomp':
        return (
          first &&
          this.#store(
            first,
            js(`${inside(asText(values.scalar(first)), TIGHT.member)}.replace(/\\n$/, '')`, TEXT),
            expression,
          )
        )
      default:
        return undefined
    }
  }
}
