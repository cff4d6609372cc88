import type { Expression, Statement } from './ast.ts'

/** Whether this changes $OUT. */
export function isOutput(expression: Expression): boolean {
  return expression.kind === 'assign' && expression.target.kind === 'variable' && expression.target.name === 'OUT'
}

/** Whether this leaves the program or a loop, or tells something. */
export function isControl(expression: Expression): boolean {
  return expression.kind === 'call' && ['return', 'next', 'last', 'die', 'warn'].includes(expression.name)
}

/** Whether this does more than give a value. */
export function hasEffect(expression: Expression): boolean {
  if (expression.kind === 'list' && expression.items.length === 1 && expression.items[0])
    return hasEffect(expression.items[0])
  if (expression.kind === 'call')
    return /^(?:push|unshift|return|next|last|die|warn|delete|shift|pop|undef|chop|tie)$/.test(expression.name)
  return (
    expression.kind === 'assign' ||
    expression.kind === 'replace' ||
    expression.kind === 'transliterate' ||
    expression.kind === 'my' ||
    (expression.kind === 'unary' && /\+\+|--/.test(expression.operator))
  )
}

/** Whether the end of these statements is never reached. */
export function leaves(statements: readonly Statement[]): boolean {
  const last = statements.at(-1)
  if (last?.kind === 'expression')
    return last.value.kind === 'call' && ['return', 'next', 'last', 'die'].includes(last.value.name)
  return (
    last?.kind === 'if' &&
    last.otherwise !== undefined &&
    leaves(last.otherwise) &&
    last.branches.every(({ body }) => leaves(body))
  )
}

/** Whether the statements end with `return`. */
export function returns(statements: readonly Statement[]): boolean {
  const last = statements.at(-1)
  return last?.kind === 'expression' && last.value.kind === 'call' && last.value.name === 'return'
}

/** Whether the statements mention $OUT. */
export function printsIn(statements: readonly Statement[]): boolean {
  return /"name":"OUT"/.test(JSON.stringify(statements))
}

/** The matches with groups that must all fit for a test to be true, or false. */
export function matchesIn(test: Expression): Extract<Expression, { kind: 'match' }>[] {
  if (test.kind === 'match')
    return test.pattern.parts.some(part => typeof part === 'string' && /(?<!\\)\((?!\?)/.test(part)) ? [test] : []
  if (test.kind === 'unary' && test.operator === '!') return matchesIn(test.of)
  if (test.kind === 'binary' && /^(?:&&|and)$/.test(test.operator))
    return [...matchesIn(test.left), ...matchesIn(test.right)]
  if (test.kind === 'list' && test.items.length === 1 && test.items[0]) return matchesIn(test.items[0])
  return []
}
