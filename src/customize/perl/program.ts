import { Assignments } from './assignments.ts'
import { constantOf, type Expression, type Statement } from './ast.ts'
import { assembled, simple } from './branches.ts'
import type { Evaluator } from './evaluate.ts'
import { hasEffect, isControl, isOutput, leaves, matchesIn, printsIn, returns } from './facts.ts'
import { asText, inside, type Js, js, literal, printed, TIGHT } from './js.ts'
import { givesList } from './lists.ts'
import { code, type Part, print, text } from './output.ts'
import { patternOf } from './patterns.ts'
import { emit, printValue } from './printing.ts'
import { NOTHING, TEXT, UNDEFINED } from './types.ts'
import { ReadsOutput } from './untranslatable.ts'
import { whenFalse } from './when-false.ts'

/** Whether $OUT has a value at a place of the program. */
type IsSet = 'no' | 'maybe' | 'yes'

const OUT: Expression & { kind: 'variable' } = { kind: 'variable', sigil: '$', name: 'OUT', line: 0 }
const NOTHING_AT = (line: number): Expression => ({ kind: 'string', parts: [''], line })

/** Translates one program of a fragment: what stands between two braces. */
export class Program {
  readonly #values: Evaluator
  readonly #assignments: Assignments
  /** Text behind the program; undefined if other programs follow. */
  readonly #after: string | undefined
  /** $OUT is a variable of the twin: something asks for it. */
  readonly #inVariable: boolean
  readonly #usesGroups: boolean
  #isSet: IsSet = 'no'
  #depth = 0
  #needsLabel = false

  constructor(values: Evaluator, after: string | undefined, inVariable: boolean, usesGroups: boolean) {
    this.#values = values
    this.#after = after
    this.#inVariable = inVariable
    this.#usesGroups = usesGroups
    this.#assignments = new Assignments(values, () => this.#depth === 0)
  }

  parts(statements: readonly Statement[]): Part[] {
    const declared: Part[] = []
    if (this.#inVariable) {
      const out = this.#values.names.declare(OUT, 'text')
      this.#values.names.learn(out, UNDEFINED, 0)
      declared.push(code(`let ${out.code}`))
    }
    const made = this.#inVariable ? this.#withEnd(statements) : this.#statements(statements, true)
    if (!this.#needsLabel) return [...declared, ...made]
    return [
      ...declared,
      { kind: 'code', code: 'program: {', opens: true },
      ...made,
      { kind: 'code', code: '}', closes: true },
    ]
  }

  /** In a variable: printed at the end, or instead of it what the last statement gives. */
  #withEnd(statements: readonly Statement[]): Part[] {
    const last = statements.at(-1)
    const isValue = last?.kind === 'expression' && !isOutput(last.value) && !hasEffect(last.value)
    const isReturn = last?.kind === 'expression' && last.value.kind === 'call' && last.value.name === 'return'
    const made = this.#statements(isValue || isReturn ? statements.slice(0, -1) : statements, false)
    const value =
      isReturn && last.value.kind === 'call'
        ? last.value.args[0]
        : isValue && last?.kind === 'expression'
          ? last.value
          : undefined
    return [...made, ...this.#value(value ?? NOTHING_AT(last?.line ?? 0))]
  }

  /** @param isTail what the last statement gives is what the program prints, unless $OUT is set */
  #statements(statements: readonly Statement[], isTail: boolean): Part[] {
    const parts: Part[] = []
    for (const [index, statement] of statements.entries()) {
      const rest = statements.slice(index + 1)
      const isGuard =
        statement.kind === 'if' &&
        statement.otherwise === undefined &&
        statement.branches.every(({ body }) => returns(body))
      if (isGuard && rest.length > 0 && isTail && this.#after === undefined && !this.#inVariable)
        return [...parts, ...this.#if({ ...statement, otherwise: rest }, true)]
      parts.push(...this.#statement(statement, isTail && rest.length === 0))
      if (leaves([statement])) break
    }
    if (statements.length === 0 && isTail) return []
    return parts
  }

  #statement(statement: Statement, isTail: boolean): Part[] {
    switch (statement.kind) {
      case 'expression':
        return this.#expression(statement.value, isTail)
      case 'if':
        return this.#if(statement, isTail)
      case 'foreach':
        return this.#foreach(statement)
      case 'block':
        return [
          { kind: 'code', code: '{', opens: true },
          ...this.#body(statement.body, isTail),
          { kind: 'code', code: '}', closes: true },
        ]
      case 'while':
        return this.#loop(statement.body, () => [code(`while (${this.#values.test(statement.test).code}) {`)])
      case 'for':
        return this.#values.names.within(() =>
          this.#loop(statement.body, () => {
            const inner = new Assignments(this.#values, () => false)
            const first = inner.assign(statement.first).join(', ')
            return [
              code(
                `for (${first}; ${this.#values.test(statement.test).code}; ${inner.effect(statement.next)?.join(', ')}) {`,
              ),
            ]
          }),
        )
    }
  }

  #body(statements: readonly Statement[], isTail: boolean): Part[] {
    this.#depth++
    const { groups } = this.#values
    try {
      return this.#values.names.within(() => this.#statements(statements, isTail))
    } finally {
      this.#depth--
      this.#values.groups = groups
    }
  }

  #loop(body: readonly Statement[], head: () => Part[]): Part[] {
    const before = this.#isSet
    if (before === 'no' && printsIn(body)) this.#isSet = 'maybe'
    const [first] = head()
    const inner = this.#body(body, false)
    if (before !== 'yes' && printsIn(body)) this.#isSet = 'maybe'
    if (first?.kind !== 'code') return inner
    const only = simple(inner)
    if (only !== undefined) return [code(`${first.code.replace(/ \{$/, '')} ${only}`)]
    return [{ ...first, opens: true }, ...inner, { kind: 'code', code: '}', closes: true }]
  }

  #foreach(statement: Extract<Statement, { kind: 'foreach' }>): Part[] {
    const { names } = this.#values
    const { variable, list, body } = statement
    return names.within(() => {
      const items = list.kind === 'list' ? list.items : [list]
      const made = this.#values.list(items)
      const named = names.declare(variable, variable.name === '_' ? 'one' : variable.name)
      names.learn(named, made.type.of ?? NOTHING, statement.line)
      return this.#loop(body, () => {
        const isChanged = named.assigned.size > 0
        const [only] = items
        if (isChanged && items.length === 1 && only && (only.kind === 'variable' || only.kind === 'dereference'))
          throw this.#values.refuse(statement, 'a loop that changes the elements of its list')
        return [code(`for (${isChanged ? 'let' : 'const'} ${named.code} of ${made.code}) {`)]
      })
    })
  }

  #if({ branches, otherwise, line }: Extract<Statement, { kind: 'if' }>, isTail: boolean): Part[] {
    const parts: Part[] = []
    const made: { test: Js; body: Part[] }[] = []
    const before = this.#isSet
    const after: IsSet[] = []
    let isSure = false
    let lastGroups: string | undefined
    for (const { test, body } of branches) {
      if (isSure) break
      const groups = this.#hoist(test, parts)
      const tested = this.#values.test(test)
      if (tested.constant === '') continue
      isSure = tested.constant === '1'
      this.#isSet = before
      const { groups: outer } = this.#values
      this.#values.groups = groups ?? outer
      made.push({ test: tested, body: this.#body(body, isTail) })
      this.#values.groups = outer
      if (!leaves(body)) after.push(this.#isSet)
      else if (branches.length === 1 && groups !== undefined) lastGroups = groups
    }
    this.#isSet = before
    let rest: Part[] = []
    if (!isSure && otherwise !== undefined) {
      if (lastGroups !== undefined) this.#values.groups = lastGroups
      rest = this.#body(otherwise, isTail)
      if (!leaves(otherwise)) after.push(this.#isSet)
    } else if (!isSure) {
      if (isTail && before !== 'yes') rest = this.#valueOfTest(branches.at(-1)?.test, line)
      after.push(before)
    }
    this.#isSet = after.length === 0 ? before : after.every(one => one === after[0]) ? (after[0] ?? 'no') : 'maybe'
    if (lastGroups !== undefined) this.#values.groups = lastGroups
    return [...parts, ...assembled(made, rest, isSure)]
  }

  /** What the test of the last branch gives if it was false: nothing, unless it is a 0, or its opposite was asked for. */
  #valueOfTest(test: Expression | undefined, line: number): Part[] {
    if (test?.kind === 'unary' && test.operator === '!' && !this.#inVariable) return this.#value(test.of)
    const isSeen = test !== undefined && this.#isSet === 'no' && !this.#inVariable
    const made = isSeen ? whenFalse(this.#values, test) : undefined
    return made === undefined ? this.#value(NOTHING_AT(line)) : printValue(this.#values, made)
  }

  /** Matches whose groups are needed are made before the test. */
  #hoist(test: Expression, parts: Part[]): string | undefined {
    if (!this.#usesGroups) return undefined
    let name: string | undefined
    for (const match of matchesIn(test)) {
      name = this.#values.names.unused('found')
      const pattern = patternOf(this.#values, { ...match.pattern, flags: match.pattern.flags.replace('g', '') }, match)
      parts.push(code(`const ${name} = ${pattern.code}.exec(${printed(this.#values.scalar(match.target))})`))
      this.#values.found.set(match, name)
    }
    return name
  }

  #expression(expression: Expression, isTail: boolean): Part[] {
    if (expression.kind === 'assign' && isOutput(expression)) return this.#output(expression)
    if (expression.kind === 'list' && expression.items.length === 1 && expression.items[0])
      return this.#expression(expression.items[0], isTail)
    if (
      expression.kind === 'binary' &&
      ['or', 'and', '||', '&&'].includes(expression.operator) &&
      (isControl(expression.right) || expression.left.kind === 'assign' || hasEffect(expression.right))
    )
      return this.#conditional(expression, isTail)
    if (expression.kind === 'call') {
      const control = this.#control(expression, isTail)
      if (control !== undefined) return control
    }
    if (
      expression.kind === 'assign' &&
      expression.value.kind === 'binary' &&
      /^(?:\|\||or|\/\/)$/.test(expression.value.operator) &&
      isControl(expression.value.right)
    ) {
      const { left, right } = expression.value
      return this.#conditional(
        { kind: 'binary', operator: 'or', left: { ...expression, value: left }, right, line: expression.line },
        isTail,
      )
    }
    const lines = this.#assignments.effect(expression)
    if (lines === undefined) {
      if (isTail) return this.#value(expression)
      if (constantOf(expression) !== undefined || expression.kind === 'variable') return []
      throw this.#values.refuse(expression, 'a value that is not used')
    }
    const made = lines.map(code)
    if (!isTail || this.#isSet === 'yes') return made
    return [...made, ...this.#value(this.#valueAfter(expression))]
  }

  /** What an assignment gives. */
  #valueAfter(expression: Expression): Expression {
    const { line } = expression
    if (expression.kind === 'assign') {
      const { target } = expression
      if (target.kind === 'my') return target.isList ? NOTHING_AT(line) : (target.variables[0] ?? NOTHING_AT(line))
      return target
    }
    if (expression.kind === 'my')
      return expression.variables[0]?.sigil === '$' ? NOTHING_AT(line) : (expression.variables[0] ?? NOTHING_AT(line))
    if (expression.kind === 'call' && (expression.name === 'push' || expression.name === 'unshift'))
      return expression.args[0] ?? NOTHING_AT(line)
    if (expression.kind === 'call') return NOTHING_AT(line)
    throw this.#values.refuse(expression, 'a change as the value of the program')
  }

  /** `a or b`, `a and b` as statements. */
  #conditional({ operator, left, right, line }: Extract<Expression, { kind: 'binary' }>, isTail: boolean): Part[] {
    const isAssigned = left.kind === 'assign' && !isOutput(left)
    const parts = isAssigned ? (this.#assignments.effect(left) ?? []).map(code) : []
    const value = isAssigned ? this.#valueAfter(left) : left
    const test: Expression = /or|\|\|/.test(operator) ? { kind: 'unary', operator: '!', of: value, line } : value
    return [
      ...parts,
      ...this.#if(
        {
          kind: 'if',
          branches: [{ test, body: [{ kind: 'expression', value: right, line }] }],
          otherwise: undefined,
          line,
        },
        isTail,
      ),
    ]
  }

  /** `return`, `next`, `last`, `die`, `warn`. */
  #control({ name, args, line }: Extract<Expression, { kind: 'call' }>, isTail: boolean): Part[] | undefined {
    const message = () =>
      asText(this.#values.scalar({ kind: 'call', name: 'join', args: [NOTHING_AT(line), ...args], line })).code
    const said = () =>
      args.length === 1 && args[0] && !givesList(this.#values, args[0])
        ? asText(this.#values.scalar(args[0])).code
        : message()
    switch (name) {
      case 'return':
        return this.#return(
          args.length > 1 ? { kind: 'list', items: args, line } : (args[0] ?? NOTHING_AT(line)),
          isTail,
        )
      case 'next':
        return [code('continue')]
      case 'last':
        return [code('break')]
      case 'die':
        return [code(`fail(${said()})`)]
      case 'warn': {
        const made = [code(`warn(${said()})`)]
        return isTail && this.#isSet !== 'yes' ? [...made, ...this.#value({ kind: 'number', text: '1', line })] : made
      }
      default:
        return undefined
    }
  }

  #return(value: Expression, isTail: boolean): Part[] {
    const made = this.#value(value.kind === 'list' && value.items.length === 0 ? NOTHING_AT(value.line) : value)
    if (isTail && !this.#inVariable) return made
    if (this.#after === undefined) {
      this.#needsLabel = true
      return [...made, code('break program')]
    }
    const all = [...made, ...text(this.#after)]
    const [only] = all
    const joined = all.every(part => part.kind === 'text')
      ? all.map(part => (part.kind === 'text' ? part.text : '')).join('')
      : undefined
    if (only === undefined || joined === '') return [code('return')]
    if (joined?.endsWith('\n')) return [code(`return ${literal(joined).code}`)]
    return [...all, code('return')]
  }

  /** What the program prints at its end if this is its value. */
  #value(value: Expression): Part[] {
    if (!this.#inVariable) {
      if (this.#isSet === 'yes') return []
      if (constantOf(value) === '') return []
      if (this.#isSet === 'maybe') throw new ReadsOutput(value.line)
      return emit(this.#values, value)
    }
    const out = this.#values.variable(OUT)
    if (out === undefined || this.#isSet === 'no') return emit(this.#values, value)
    const made = js(out.code, out.type)
    if (this.#isSet === 'yes') return print(made, printed(made))
    const other = asText(this.#values.scalar(value))
    return print(
      js('', { ...TEXT, lines: out.type.lines === true || other.type.lines === true }),
      `${made.code} ?? ${inside(other, TIGHT.equal)}`,
    )
  }

  #output(assign: Extract<Expression, { kind: 'assign' }>): Part[] {
    if (this.#inVariable) {
      const lines = this.#assignments.effect(assign) ?? []
      this.#isSet = 'yes'
      return lines.map(code)
    }
    if (assign.operator === '' && this.#isSet !== 'no') throw new ReadsOutput(assign.line)
    const made = emit(this.#values, assign.value)
    this.#isSet = 'yes'
    return made
  }
}
