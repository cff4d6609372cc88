import { constantOf, type Expression, type Sigil } from './ast.ts'
import type { Scanner } from './scanner.ts'

/** Elements of a slice that are written one by one. */
const MOST_CHOSEN = 10

/** Parses variables, their elements, and what references lead to. */
export abstract class VariableTerms {
  protected readonly scanner: Scanner

  constructor(scanner: Scanner) {
    this.scanner = scanner
  }

  /** An expression with commas, `and`, `or`. */
  protected abstract whole(): Expression

  protected lastIndex(): Expression {
    const { line } = this.scanner
    const name = this.scanner.take(/\$#(\w+)/y)?.[1]
    if (name === undefined) throw this.scanner.refuse('$# of a reference')
    return { kind: 'last index', of: { kind: 'variable', sigil: '@', name, line }, line }
  }

  protected variable(): Expression {
    const { scanner } = this
    const { line } = scanner
    const sigil = scanner.take(/[$@%]/y)?.[0] as Sigil
    const name =
      scanner.takeHere(/(?:::)?[A-Za-z_]\w*(?:::\w+)*|\d+|[&!@]/y)?.[0] ??
      scanner
        .takeHere(/\{\s*\^?(?:([A-Za-z_]\w*)|'([^']*)'|"([\w.@-]*)")\s*\}/y)
        ?.slice(1)
        .find(one => one !== undefined)
    if (name !== undefined) return this.#named(sigil, name, line)
    if (scanner.lookHere(/\$/y)) {
      const of = this.#variableAlone()
      return this.#dereferenced(sigil, of, line)
    }
    if (!scanner.takeHere(/\{/y)) throw scanner.refuse(`the variable ${sigil}${scanner.look(/\S/y)?.[0] ?? ''}`)
    const of = this.whole()
    scanner.expect(/\}/y)
    return this.#dereferenced(sigil, of, line)
  }

  /** `$name`, after a sigil: without subscripts. */
  #variableAlone(): Expression {
    const { line } = this.scanner
    const name = this.scanner.takeHere(/\$(\w+)/y)?.[1]
    if (name === undefined) throw this.scanner.unexpected()
    return { kind: 'variable', sigil: '$', name, line }
  }

  /** `$x{…}` is of `%x`, `$x[…]` of `@x`. */
  #named(sigil: Sigil, name: string, line: number): Expression {
    const { scanner } = this
    if (sigil === '$' && scanner.look(/\{/y)) return this.element({ kind: 'variable', sigil: '%', name, line })
    if (sigil === '$' && scanner.look(/\[/y)) return this.element({ kind: 'variable', sigil: '@', name, line })
    if (sigil === '@' && scanner.lookHere(/\{/y)) return this.#slice({ kind: 'variable', sigil: '%', name, line })
    if (sigil === '@' && scanner.lookHere(/\[/y)) return this.#slice({ kind: 'variable', sigil: '@', name, line })
    return { kind: 'variable', sigil, name, line }
  }

  #dereferenced(sigil: Sigil, of: Expression, line: number): Expression {
    const { scanner } = this
    const constant = of.kind === 'string' && of.parts.length === 1 ? of.parts[0] : undefined
    if (typeof constant === 'string') return this.#named(sigil, constant, line)
    if (sigil === '$' && scanner.lookHere(/\{/y)) return this.element({ kind: 'dereference', sigil: '%', of, line })
    if (sigil === '$' && scanner.lookHere(/\[/y)) return this.element({ kind: 'dereference', sigil: '@', of, line })
    if (sigil === '@' && scanner.lookHere(/\{/y)) return this.#slice({ kind: 'dereference', sigil: '%', of, line })
    if (sigil === '@' && scanner.lookHere(/\[/y)) return this.#slice({ kind: 'dereference', sigil: '@', of, line })
    return { kind: 'dereference', sigil, of, line }
  }

  /** `@h{'a', 'b'}`, `@a[1..2]`: a list of elements. */
  #slice(of: Expression): Expression {
    const { line } = this.scanner
    const element = this.element(of)
    if (element.kind !== 'element') return element
    const keys = element.key.kind === 'list' ? element.key.items : [element.key]
    const items = keys.flatMap(key => this.#chosen(key).map(one => ({ ...element, key: one })))
    return { kind: 'list', items, line }
  }

  /** The keys that one of a slice stands for. */
  #chosen(key: Expression): readonly Expression[] {
    if (key.kind === 'list') return key.items.flatMap(one => this.#chosen(one))
    if (key.kind === 'binary' && key.operator === '..') {
      const [first, last] = [key.left, key.right].map(one => Number(constantOf(one) ?? Number.NaN))
      if (first !== undefined && last !== undefined && last - first < MOST_CHOSEN)
        return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => ({
          kind: 'number',
          text: String(first + index),
          line: key.line,
        }))
    }
    const isOne = key.kind === 'number' || key.kind === 'string' || (key.kind === 'variable' && key.sigil === '$')
    if (!isOne) throw this.scanner.refuse('a slice whose keys are computed')
    return [key]
  }

  protected element(of: Expression): Expression {
    const { scanner } = this
    const { line } = scanner
    if (scanner.take(/\[/y)) {
      const key = this.whole()
      scanner.expect(/\]/y)
      return { kind: 'element', of, at: 'index', key, line }
    }
    scanner.expect(/\{/y)
    const word = scanner.take(/\s*(-?[A-Za-z_]\w*)\s*(?=\})/y)?.[1]
    const key: Expression = word === undefined ? this.whole() : { kind: 'string', parts: [word], line }
    scanner.expect(/\}/y)
    return { kind: 'element', of, at: 'key', key, line }
  }
}
