import type { Expression } from './ast.ts'
import { Terms } from './terms.ts'

/** Operators with two operands, from those that bind least; each line binds tighter than the one before. */
const OPERATORS: readonly (readonly [tightness: number, pattern: RegExp, isRight?: boolean])[] = [
  [1, /or\b|xor\b/y],
  [2, /and\b/y],
  [6, /=(?![=~>])|(?:\*\*|\|\||&&|\/\/|<<|>>|[-+*/.%&|^x])=(?![=~>])/y, true],
  [8, /\.\.\.?/y],
  [9, /\|\||\/\//y],
  [10, /&&/y],
  [11, /[|^](?!\|)/y],
  [12, /&(?!&)/y],
  [13, /==|!=|<=>|(?:eq|ne|cmp)\b/y],
  [14, /<=|>=|<(?!<)|>(?!>)|(?:lt|gt|le|ge)\b/y],
  [16, /<<|>>/y],
  [17, /\+(?!\+)|-(?!-)|\.(?!\.)/y],
  [18, /\*(?!\*)|\/|%|x(?![\w=])/y],
  [19, /=~|!~/y],
  [21, /\*\*/y, true],
]
const CHOICE = 7
const UNARY = 20

/** Parses how operators bind what is between them. */
export abstract class Expressions extends Terms {
  protected whole(): Expression {
    return this.expression(1)
  }

  protected continued(left: Expression): Expression {
    return this.#operators(left, 1)
  }

  protected expression(tightness: number): Expression {
    return this.#operators(this.#operand(tightness), tightness)
  }

  /** At the top, commas make a list. */
  #operand(tightness: number): Expression {
    const { scanner } = this
    scanner.skip()
    const { line } = scanner
    if (tightness <= 3 && scanner.take(/not\b/y)) return { kind: 'unary', operator: '!', of: this.expression(4), line }
    if (tightness <= 4) {
      const first = this.expression(6)
      if (!scanner.look(/,|=>/y)) return first
      scanner.take(/,|=>/y)
      return { kind: 'list', items: [first, ...this.commaList()], line }
    }
    const operator = scanner.take(/!(?!~)|\\|\+\+|--|-(?![a-zA-Z]\s*[("'$\s])(?=\s*[\d$(.\w])|\+(?=\s*[\w$({"'])/y)?.[0]
    if (operator === undefined) return this.#postfix(this.term())
    if (operator === '+') return this.#postfix(this.term())
    return { kind: 'unary', operator, of: this.expression(UNARY), line }
  }

  #postfix(term: Expression): Expression {
    const operator = this.scanner.takeHere(/\s*(\+\+|--)/y)?.[1]
    return operator === undefined ? term : { kind: 'unary', operator: `${operator} after`, of: term, line: term.line }
  }

  #operators(first: Expression, tightness: number): Expression {
    const { scanner } = this
    let left = first
    for (;;) {
      const { line } = scanner
      if (tightness <= CHOICE && scanner.take(/\?/y)) {
        const then = this.expression(6)
        scanner.expect(/:/y)
        left = { kind: 'choice', test: left, then, otherwise: this.expression(6), line }
        continue
      }
      const found = OPERATORS.find(([level, pattern]) => level >= tightness && scanner.look(pattern))
      const operator = found && scanner.look(found[1])?.[0]
      if (found === undefined || operator === undefined) return left
      // `a x= b` and `a .= b` are assignments: the longer one wins.
      const assigned = OPERATORS[2]?.[1]
      if (found[0] > 6 && assigned && scanner.look(assigned)) return left
      scanner.at += operator.length
      const right = this.expression(found[2] ? found[0] : found[0] + 1)
      left = this.#joined(left, operator, right, line)
    }
  }

  #joined(left: Expression, operator: string, right: Expression, line: number): Expression {
    if (operator === '=~' || operator === '!~') {
      if (right.kind !== 'match' && right.kind !== 'replace' && right.kind !== 'transliterate')
        throw this.scanner.refuse('a regular expression that is computed')
      const made = { ...right, target: left }
      return operator === '=~' ? made : { kind: 'unary', operator: '!', of: made, line }
    }
    if (/^(?:[^=!<>]|\*\*|\|\||&&|\/\/|<<|>>)?=$/.test(operator))
      return { kind: 'assign', operator: operator.slice(0, -1), target: left, value: right, line }
    return { kind: 'binary', operator, left, right, line }
  }
}
