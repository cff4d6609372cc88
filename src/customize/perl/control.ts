import type { Expression } from './ast.ts'
import type { Evaluator } from './evaluate.ts'
import { asText } from './js.ts'
import { givesList } from './lists.ts'
import { NOTHING_AT, type Outcome } from './outcome.ts'
import { code, type Part } from './output.ts'

/** `return`, `next`, `last`, `die`, `warn`. */
export function control(
  values: Evaluator,
  outcome: Outcome,
  { name, args, line }: Extract<Expression, { kind: 'call' }>,
  isTail: boolean,
): Part[] | undefined {
  const message = () =>
    asText(values.scalar({ kind: 'call', name: 'join', args: [NOTHING_AT(line), ...args], line })).code
  const said = () =>
    args.length === 1 && args[0] && !givesList(values, args[0]) ? asText(values.scalar(args[0])).code : message()
  switch (name) {
    case 'return':
      return outcome.return(
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
      return isTail && outcome.isSet !== 'yes' ? [...made, ...outcome.value({ kind: 'number', text: '1', line })] : made
    }
    default:
      return undefined
  }
}

/** What an assignment gives. */
export function valueAfter(values: Evaluator, expression: Expression): Expression {
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
  throw values.refuse(expression, 'a change as the value of the program')
}
