import type { Expression, Sigil, Statement, Variable } from './ast.ts'
import { quoted } from './quoted.ts'
import { VariableTerms } from './variable-terms.ts'

/** Functions of one argument, which bind tighter than a comparison. */
const UNARY = new Set(
  'defined ref scalar lc uc lcfirst ucfirst length exists delete int abs hex oct chomp chop shift pop keys values each quotemeta chr ord'.split(
    ' ',
  ),
)
/** Functions that take all that follows. */
const LISTS = new Set(
  'join push unshift splice split sprintf tie reverse die warn return map grep sort print printf substr index rindex'.split(
    ' ',
  ),
)
const LOOPS = new Set(['next', 'last', 'redo'])

/** Precedence of the argument of a function with one. */
const ABOVE_COMPARISON = 15

/** Parses the terms of expressions; what binds them together is in the classes made from this one. */
export abstract class Terms extends VariableTerms {
  /** An expression whose operators bind at least so tight. */
  protected abstract expression(tightness: number): Expression
  protected abstract block(): Statement[]
  /** Parses an expression of its own, in a string. */
  protected abstract readonly inside: (source: string, line: number) => Expression

  /** Expressions with commas between them, until something else comes. */
  protected commaList(): Expression[] {
    const items: Expression[] = []
    while (
      !this.scanner.ended &&
      !this.scanner.look(/[)\]};:]|(?:or|and|if|unless|foreach|for|while|until|xor)\b(?!\s*=>)/y)
    ) {
      items.push(this.expression(6))
      if (!this.scanner.take(/,|=>/y)) break
    }
    return items
  }

  protected term(): Expression {
    return this.#subscripts(this.#first())
  }

  #first(): Expression {
    const { scanner } = this
    scanner.skip()
    const { line } = scanner
    const key = scanner.look(/-?[A-Za-z_]\w*(?=\s*=>)/y)?.[0]
    if (key !== undefined) {
      scanner.at += key.length
      return { kind: 'string', parts: [key], line }
    }
    if (scanner.look(/-[a-zA-Z](?=\s*[\s("'$])(?!\s*=>)/y)) return this.#fileTest()
    const made = quoted(scanner, this.inside)
    if (made !== undefined) return made
    const number = scanner.take(/0[xX][0-9a-fA-F]+|(?:\d[\d_]*)?\.?\d+(?:[eE][-+]?\d+)?/y)?.[0]
    if (number !== undefined) {
      if (/^0\d/.test(number)) throw scanner.refuse(`the octal number ${number}`)
      return { kind: 'number', text: number.replaceAll('_', ''), line }
    }
    if (scanner.look(/<\$?\w*>/y)) throw scanner.refuse('lines that are read from a file')
    if (scanner.look(/\$#/y)) return this.lastIndex()
    if (scanner.look(/[$@%]/y)) return this.variable()
    if (scanner.take(/\\(?=\s*%)/y)) return { kind: 'unary', operator: '\\', of: this.variable(), line }
    if (scanner.take(/\(/y)) {
      const items = this.commaList()
      const [only] = items
      // `(a or b)`: what binds less than a comma.
      const more =
        scanner.look(/(?:or|and)\b/y) && only !== undefined && items.length === 1 ? this.continued(only) : undefined
      scanner.expect(/\)/y)
      return more ?? { kind: 'list', items, line }
    }
    if (scanner.take(/\[/y)) {
      const items = this.commaList()
      scanner.expect(/\]/y)
      return { kind: 'array', items, line }
    }
    if (scanner.take(/\{/y)) {
      const items = this.commaList()
      scanner.expect(/\}/y)
      return { kind: 'hash', items, line }
    }
    return this.#word()
  }

  /** What follows a first operand of `or` or `and`. */
  protected abstract continued(left: Expression): Expression

  #fileTest(): Expression {
    const { line } = this.scanner
    const test = this.scanner.take(/-[a-zA-Z]/y)?.[0] ?? ''
    return { kind: 'file test', test, of: this.expression(ABOVE_COMPARISON), line }
  }

  /** `->method(…)`, `->{…}`, `->[…]`, and subscripts after subscripts. */
  #subscripts(first: Expression): Expression {
    const { scanner } = this
    let term = first
    for (;;) {
      const { line } = scanner
      if (scanner.take(/->(?=\s*[[{])/y)) {
        scanner.skip()
        const sigil = scanner.lookHere(/\[/y) ? '@' : '%'
        term = this.element({ kind: 'dereference', sigil, of: term, line })
      } else if (scanner.take(/->(?=\s*\w)/y)) {
        const name = scanner.take(/[\w:]+/y)?.[0] ?? ''
        term = { kind: 'method', of: term, name, args: this.#arguments(), line }
      } else if (scanner.look(/->/y)) throw scanner.refuse('a call through a variable')
      else if (term.kind === 'element' && scanner.lookHere(/[[{]/y)) {
        const sigil = scanner.lookHere(/\[/y) ? '@' : '%'
        term = this.element({ kind: 'dereference', sigil, of: term, line })
      } else if (term.kind === 'list' && scanner.lookHere(/\s*\[/y)) {
        scanner.skip()
        term = this.element(term)
      } else return term
    }
  }

  #arguments(): Expression[] {
    if (!this.scanner.takeHere(/\s*\(/y)) return []
    const args = this.commaList()
    this.scanner.expect(/\)/y)
    return args
  }

  #word(): Expression {
    const { scanner } = this
    const { line } = scanner
    const name = scanner.take(/&?[A-Za-z_]\w*(?:::\w+)*/y)?.[0]
    if (name === undefined) throw scanner.unexpected()
    if (name === 'my' || name === 'our' || name === 'local') return this.#declaration(name, line)
    if (scanner.look(/->|::/y)) {
      scanner.take(/::/y)
      return { kind: 'class', name, line }
    }
    const created = name === 'new' ? scanner.take(/[A-Z]\w*(?:::\w+)*/y)?.[0] : undefined
    if (created !== undefined)
      return { kind: 'method', of: { kind: 'class', name: created, line }, name, args: this.#arguments(), line }
    if (name === 'do' || name === 'eval' || name === 'sub' || name === 'wantarray')
      throw scanner.refuse(name === 'sub' ? 'a function of its own' : `"${name}"`)
    if (LOOPS.has(name)) {
      if (scanner.look(/[A-Z]\w*/y)) throw scanner.refuse(`"${name}" with a label`)
      return { kind: 'call', name, args: [], line }
    }
    if (name === 'map' || name === 'grep' || name === 'sort') return this.#withBlock(name, line)
    if (scanner.look(/\(/y)) return { kind: 'call', name, args: this.#arguments(), line }
    if (UNARY.has(name)) {
      const bare =
        scanner.look(/[)\]};,?:]|=(?!~)|[=!<>|&]{2}|[<>](?!<)|(?:or|and|if|unless|eq|ne|foreach|for)\b/y) ||
        scanner.ended
      return { kind: 'call', name, args: bare ? [] : [this.expression(ABOVE_COMPARISON)], line }
    }
    if (LISTS.has(name)) return { kind: 'call', name, args: this.commaList(), line }
    if (scanner.look(/["'$@\w]/y) && !scanner.look(/(?:or|and|if|unless|x|eq|ne|lt|gt|le|ge|cmp|foreach|for)\b/y))
      throw scanner.refuse(`the function ${name}`)
    return { kind: 'call', name, args: [], line }
  }

  #declaration(word: string, line: number): Expression {
    const { scanner } = this
    if (word === 'local') throw scanner.refuse('"local"')
    const isList = scanner.take(/\(/y) !== undefined
    const variables: Variable[] = []
    do {
      const [, sigil, name] = scanner.take(/([$@%])(\w+)/y) ?? scanner.take(/(undef)\b/y) ?? []
      if (sigil === undefined) break
      variables.push({ kind: 'variable', sigil: sigil === 'undef' ? '$' : (sigil as Sigil), name: name ?? '', line })
    } while (isList && scanner.take(/,/y))
    if (isList) scanner.expect(/\)/y)
    if (variables.length === 0) throw scanner.unexpected()
    return { kind: 'my', variables, isList, isOur: word === 'our', line }
  }

  /** `map { … } list`, `grep { … } list`, `sort { … } list`, or with an expression and a comma. */
  #withBlock(name: string, line: number): Expression {
    const { scanner } = this
    const inParentheses = scanner.take(/\(/y) !== undefined
    const hasBlock = scanner.look(/\{/y) !== undefined
    const block = hasBlock ? this.block() : undefined
    if (hasBlock) scanner.take(/,/y)
    const args = this.commaList()
    if (inParentheses) scanner.expect(/\)/y)
    return { kind: 'call', name, args, ...(block && { block }), line }
  }
}
