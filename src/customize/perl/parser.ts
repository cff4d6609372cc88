import type { Expression, Statement } from './ast.ts'
import type { Comment } from './comments.ts'
import { Expressions } from './expressions.ts'
import { Scanner } from './scanner.ts'
import { withoutTied } from './tied.ts'

/** Parses a program. */
export class Parser extends Expressions {
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

/** A program in Perl. */
export interface ParsedProgram {
  readonly statements: readonly Statement[]
  readonly comments: readonly Comment[]
}

/** A word and nothing else is a text, unless a function has this name: those of Perl have no capital letters. */
const BARE_WORD = /^\s*([A-Z]\w*[a-z]\w*)\s*$/

/** Parses a program in Perl. @throws Untranslatable for what is not in the subset */
export function parseProgram(source: string, line: number): ParsedProgram {
  const [, word] = BARE_WORD.exec(source) ?? []
  if (word !== undefined)
    return { statements: [{ kind: 'expression', value: { kind: 'string', parts: [word], line }, line }], comments: [] }
  const scanner = new Scanner(source, line)
  const statements = withoutTied(new Parser(scanner).program())
  return { statements, comments: scanner.comments }
}
