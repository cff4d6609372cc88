import type { Expression, Statement } from './ast.ts'

/** Takes away declarations of hashes that are tied to a database, such as `my %conf;`: they hold nothing of their own. */
export function withoutTied(statements: readonly Statement[]): Statement[] {
  const tied = new Set(statements.flatMap(statement => hashOfTie(statement) ?? []))
  return statements.filter(statement => {
    const value = expressionOf(statement)
    const only = value?.kind === 'my' && !value.isOur && value.variables.length === 1 ? value.variables[0] : undefined
    return only?.sigil !== '%' || !tied.has(only.name)
  })
}

function hashOfTie(statement: Statement): string | undefined {
  const value = expressionOf(statement)
  const [hash] = value?.kind === 'call' && value.name === 'tie' ? value.args : []
  return hash?.kind === 'variable' ? hash.name : undefined
}

function expressionOf(statement: Statement): Expression | undefined {
  return statement.kind === 'expression' ? statement.value : undefined
}
