import { Assignments } from './assignments.ts'
import { constantOf, type Expression, type Statement } from './ast.ts'
import { assembled, simple } from './branches.ts'
import { Comments } from './comments.ts'
import { control, valueAfter } from './control.ts'
import type { Evaluator } from './evaluate.ts'
import { hasEffect, isControl, isOutput, leaves, printsIn, returns } from './facts.ts'
import { foundBefore } from './groups.ts'
import type { Js } from './js.ts'
import { type IsSet, NOTHING_AT, Outcome, type Surroundings } from './outcome.ts'
import { code, type Part } from './output.ts'
import { NOTHING } from './types.ts'

/** Translates one program of a fragment: what stands between two braces. */
export class Program {
  readonly #values: Evaluator
  readonly #assignments: Assignments
  readonly #outcome: Outcome
  readonly #usesGroups: boolean
  readonly #comments: Comments
  #depth = 0

  constructor(values: Evaluator, { after, inVariable, usesGroups, comments }: Surroundings) {
    this.#values = values
    this.#comments = new Comments(comments)
    this.#outcome = new Outcome(values, after, inVariable)
    this.#usesGroups = usesGroups
    this.#assignments = new Assignments(values, () => this.#depth === 0)
  }

  parts(statements: readonly Statement[]): Part[] {
    const declared = this.#outcome.declared()
    const made = this.#outcome.inVariable ? this.#withEnd(statements) : this.#statements(statements, true)
    const all = [...made, ...this.#comments.until()]
    if (!this.#outcome.needsLabel) return [...declared, ...all]
    return [
      ...declared,
      { kind: 'code', code: 'program: {', opens: true },
      ...all,
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
    return [...made, ...this.#outcome.value(value ?? NOTHING_AT(last?.line ?? 0))]
  }

  /** @param isTail what the last statement gives is what the program prints, unless $OUT is set */
  #statements(statements: readonly Statement[], isTail: boolean): Part[] {
    const parts: Part[] = []
    for (const [index, statement] of statements.entries()) {
      const rest = statements.slice(index + 1)
      parts.push(...this.#comments.until(statement.line))
      const isGuard =
        statement.kind === 'if' &&
        statement.otherwise === undefined &&
        statement.branches.every(({ body }) => returns(body))
      if (isGuard && rest.length > 0 && isTail && !this.#outcome.isLast && !this.#outcome.inVariable)
        return [...parts, ...this.#if({ ...statement, otherwise: rest }, true)]
      parts.push(...this.#statement(statement, isTail && rest.length === 0))
      if (leaves([statement])) break
    }
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
    const before = this.#outcome.isSet
    if (before === 'no' && printsIn(body)) this.#outcome.isSet = 'maybe'
    const [first] = head()
    const inner = this.#body(body, false)
    if (before !== 'yes' && printsIn(body)) this.#outcome.isSet = 'maybe'
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
    const before = this.#outcome.isSet
    const after: IsSet[] = []
    let isSure = false
    let lastGroups: string | undefined
    for (const { test, body } of branches) {
      if (isSure) break
      const groups = this.#usesGroups ? foundBefore(this.#values, test, parts) : undefined
      const tested = this.#values.test(test)
      if (tested.constant === '') continue
      isSure = tested.constant === '1'
      this.#outcome.isSet = before
      const { groups: outer } = this.#values
      this.#values.groups = groups ?? outer
      made.push({ test: tested, body: this.#body(body, isTail) })
      this.#values.groups = outer
      if (!leaves(body)) after.push(this.#outcome.isSet)
      else if (branches.length === 1 && groups !== undefined) lastGroups = groups
    }
    this.#outcome.isSet = before
    let rest: Part[] = []
    if (!isSure && otherwise !== undefined) {
      if (lastGroups !== undefined) this.#values.groups = lastGroups
      rest = this.#body(otherwise, isTail)
      if (!leaves(otherwise)) after.push(this.#outcome.isSet)
    } else if (!isSure) {
      if (isTail && before !== 'yes') rest = this.#outcome.valueOfTest(branches.at(-1)?.test, line)
      after.push(before)
    }
    this.#outcome.isSet =
      after.length === 0 ? before : after.every(one => one === after[0]) ? (after[0] ?? 'no') : 'maybe'
    if (lastGroups !== undefined) this.#values.groups = lastGroups
    return [...parts, ...assembled(made, rest, isSure)]
  }

  #expression(expression: Expression, isTail: boolean): Part[] {
    if (expression.kind === 'assign' && isOutput(expression)) return this.#outcome.output(expression, this.#assignments)
    if (expression.kind === 'list' && expression.items.length === 1 && expression.items[0])
      return this.#expression(expression.items[0], isTail)
    if (
      expression.kind === 'binary' &&
      ['or', 'and', '||', '&&'].includes(expression.operator) &&
      (isControl(expression.right) || expression.left.kind === 'assign' || hasEffect(expression.right))
    )
      return this.#conditional(expression, isTail)
    if (expression.kind === 'call') {
      const made = control(this.#values, this.#outcome, expression, isTail)
      if (made !== undefined) return made
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
      if (isTail) return this.#outcome.value(expression)
      if (constantOf(expression) !== undefined || expression.kind === 'variable') return []
      throw this.#values.refuse(expression, 'a value that is not used')
    }
    const made = lines.map(code)
    if (!isTail || this.#outcome.isSet === 'yes') return made
    return [...made, ...this.#outcome.value(valueAfter(this.#values, expression))]
  }

  /** `a or b`, `a and b` as statements. */
  #conditional({ operator, left, right, line }: Extract<Expression, { kind: 'binary' }>, isTail: boolean): Part[] {
    const isAssigned = left.kind === 'assign' && !isOutput(left)
    const parts = isAssigned ? (this.#assignments.effect(left) ?? []).map(code) : []
    const value = isAssigned ? valueAfter(this.#values, left) : left
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
}
