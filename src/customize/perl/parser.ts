import type { Expression, Statement } from './ast.ts'
import { Scanner } from './scanner.ts'
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

/** Parses a program: statements, and how operators bind. */
export class Parser extends Terms {
  protected readonly inside = (source: string, line: number): Expression => {
    const parser = new Parser(new Scanner(source, line))
    const value = parser.whole()
    if (!parser.scanner.ended) throw parser.scanner.unexpected()
    return value
  }

  /** All statements. @throws Untranslatable for what is not in the subset */
  program(): Statement[] {
    const statements = this.#statements()
    if (!this.scanner.ended) throw this.scanner.unexpected()
    this.scanner.finish()
    return statements
  }

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

  protected block(): Statement[] {
    this.scanner.expect(/\{/y)
    const statements = this.#statements()
    this.scanner.expect(/\}/y)
    return statements
  }

  #statements(): Statement[] {
    const statements: Statement[] = []
    for (;;) {
      while (this.scanner.take(/;/y));
      if (this.scanner.ended || this.scanner.look(/\}/y)) return statements
      const made = this.#statement()
      if (made !== undefined) statements.push(made)
    }
  }

  #statement(): Statement | undefined {
    const { scanner } = this
    const { line } = scanner
    const word = scanner.look(
      /(?:if|unless|foreach|for|while|until|use|no|require|sub|package|BEGIN|END|return|__END__)\b|\{|[A-Z]\w*:(?!:)/y,
    )?.[0]
    switch (word) {
      case 'if':
      case 'unless':
        return this.#if()
      case 'foreach':
      case 'for':
        return this.#for()
      case 'while': {
        scanner.take(/while/y)
        return { kind: 'while', test: this.#parenthesized(), body: this.block(), line }
      }
      case 'use':
      case 'no':
      case 'require':
        // What a module brings is refused where it is used.
        if (
          scanner.take(
            /(?:use|no|require)\s+(?:[\w:.]+|"[^"]*"|'[^']*')(?:\s+(?:qw\s*\([^)]*\)|qw\s*\/[^/]*\/|'[^']*'|"[^"]*"|\(\s*\)|[\d.]+))?\s*(?=[;}]|$)/y,
          )
        )
          return undefined
        throw scanner.refuse(`this "${word}"`)
      case '{':
        return { kind: 'block', body: this.block(), line }
      case undefined:
      case 'return':
        break
      case 'sub':
        throw scanner.refuse('a function of its own')
      default:
        throw scanner.refuse(word.endsWith(':') ? 'a label' : `"${word}"`)
    }
    const value = this.whole()
    return this.#modified({ kind: 'expression', value, line }, line)
  }

  /** `… if test`, `… foreach list`. */
  #modified(statement: Statement, line: number): Statement {
    const { scanner } = this
    const word = scanner.take(/(?:if|unless|foreach|for|while|until)\b/y)?.[0]
    if (word !== undefined) {
      const value = this.whole()
      this.#end()
      if (word === 'if' || word === 'unless')
        return {
          kind: 'if',
          branches: [{ test: word === 'if' ? value : not(value), body: [statement] }],
          otherwise: undefined,
          line,
        }
      if (word === 'while' || word === 'until') throw scanner.refuse(`"${word}" after a statement`)
      const variable = { kind: 'variable', sigil: '$', name: '_', line } as const
      return { kind: 'foreach', variable, isMy: true, list: value, body: [statement], line }
    }
    this.#end()
    return statement
  }

  #end(): void {
    if (this.scanner.ended || this.scanner.look(/\}/y)) return
    this.scanner.expect(/;/y)
  }

  #parenthesized(): Expression {
    this.scanner.expect(/\(/y)
    const value = this.whole()
    this.scanner.expect(/\)/y)
    return value
  }

  #if(): Statement {
    const { scanner } = this
    const { line } = scanner
    const word = scanner.take(/if|unless/y)?.[0]
    const test = this.#parenthesized()
    const branches = [{ test: word === 'if' ? test : not(test), body: this.block() }]
    while (scanner.take(/elsif\b/y)) branches.push({ test: this.#parenthesized(), body: this.block() })
    const otherwise = scanner.take(/else\b/y) ? this.block() : undefined
    return { kind: 'if', branches, otherwise, line }
  }

  #for(): Statement {
    const { scanner } = this
    const { line } = scanner
    scanner.take(/foreach|for/y)
    const isMy = scanner.take(/my\b|our\b/y) !== undefined
    const name = scanner.take(/\$(\w+)/y)?.[1]
    scanner.expect(/\(/y)
    if (name === undefined) {
      const first = scanner.look(/;/y) ? undefined : this.commaList()
      if (scanner.take(/;/y)) {
        const test = this.whole()
        scanner.expect(/;/y)
        const next = this.whole()
        scanner.expect(/\)/y)
        const [begin] = first ?? []
        if (begin === undefined) throw scanner.refuse('a loop without a beginning')
        return { kind: 'for', first: begin, test, next, body: this.block(), line }
      }
      scanner.expect(/\)/y)
      const variable = { kind: 'variable', sigil: '$', name: '_', line } as const
      return {
        kind: 'foreach',
        variable,
        isMy: true,
        list: { kind: 'list', items: first ?? [], line },
        body: this.block(),
        line,
      }
    }
    const items = this.commaList()
    scanner.expect(/\)/y)
    const variable = { kind: 'variable', sigil: '$', name, line } as const
    return { kind: 'foreach', variable, isMy, list: { kind: 'list', items, line }, body: this.block(), line }
  }
}

function not(value: Expression): Expression {
  return { kind: 'unary', operator: '!', of: value, line: value.line }
}

/** The statements of a program in Perl. @throws Untranslatable for what is not in the subset */
export function parseProgram(source: string, line: number): Statement[] {
  return new Parser(new Scanner(source, line)).program()
}
