import type { Expression, Statement } from './ast.ts'
import { callValue, listOf, methodValue } from './calls.ts'
import { behindReference, elementOf, objectOf, scalarVariable } from './elements.ts'
import { asText, inside, type Js, js, literal, numeral, opposite, TIGHT, textOf } from './js.ts'
import { counted, elementType, givesList, onlyValue } from './lists.ts'
import type { Named, Names } from './names.ts'
import { binaryTest, binaryValue, unaryValue } from './operators.ts'
import { fits, replaced, transliterated } from './patterns.ts'
import { truthOf } from './truth.ts'
import { FLAG, joined, NOTHING, NUMBER, TEXT, type Type, UNDEFINED } from './types.ts'
import { Untranslatable } from './untranslatable.ts'
import type { EachMaker, Known, Values } from './values.ts'

/** Turns the expressions of a fragment into JavaScript. */
export class Evaluator implements Values {
  /** The list that the last match with groups left: `$1` is its second element. */
  groups: string | undefined
  /** Variables that something has read or changed, by their names in JavaScript. */
  readonly touched = new Set<string>()
  /** Variables of the fragment that are declared where they get their first value. */
  readonly declaredHere = new Set<string>()
  readonly tied = new Map<string, string>()
  /** Matches whose groups are needed: the names of what they have found. */
  readonly found = new Map<Expression, string>()

  constructor(
    readonly names: Names,
    readonly known: Known,
    readonly fragment: string,
    /** The variables that the fragments of the template give values, `@names`. */
    readonly assigned: ReadonlySet<string>,
  ) {}

  refuse({ line }: { readonly line: number }, feature: string): Untranslatable {
    return new Untranslatable(line, feature)
  }

  variable(expression: Expression): Named | undefined {
    const named = this.target(expression)
    if (named !== undefined) this.touched.add(named.code)
    return named
  }

  /** The variable that gets a value. */
  target(expression: Expression): Named | undefined {
    if (expression.kind === 'dereference') {
      const behind = this.variable(expression.of)
      return behind && (behind.type.is === 'list' || behind.type.is === 'nothing') && expression.sigil === '@'
        ? { ...behind, sigil: '@' }
        : undefined
    }
    if (expression.kind !== 'variable') return undefined
    const { sigil, name } = expression
    const declared = this.names.find(sigil, name)
    if (declared !== undefined) return declared
    // A record of the configuration, of which a fragment changes a copy of its own.
    const isRecord = sigil !== '@' && this.known.record(name) !== undefined
    if (isRecord || !this.assigned.has(sigil + name)) return undefined
    return this.names.undeclared(this.fragment, sigil, name)
  }

  assign(named: Named, type: Type, site: Expression): void {
    named.assigned.add(site)
    this.names.learn(named, type, site.line)
  }

  each(block: readonly Statement[] | undefined, first: Expression | undefined, list: Js, make: EachMaker): Js {
    const line = first?.line ?? block?.[0]?.line ?? 0
    const value = onlyValue(this, block, first, line)
    return this.names.within(() => {
      const topic = this.names.declare({ kind: 'variable', sigil: '$', name: '_', line }, 'one')
      topic.type = list.type.of ?? NOTHING
      return make(value, topic.code)
    })
  }

  scalar(expression: Expression): Js {
    switch (expression.kind) {
      case 'number':
        return numeral(expression.text)
      case 'string':
        return textOf(expression.parts.map(part => (typeof part === 'string' ? part : this.#inText(part))))
      case 'variable':
        return scalarVariable(this, expression)
      case 'element':
        return elementOf(this, expression)
      case 'dereference':
        return behindReference(this, expression)
      case 'last index': {
        const list = this.list([expression.of])
        return js(`${inside(list, TIGHT.member)}.length - 1`, NUMBER, TIGHT.add)
      }
      case 'list': {
        const [only] = expression.items
        if (only !== undefined && expression.items.length === 1) return this.scalar(only)
        if (only === undefined) return js('undefined', UNDEFINED, TIGHT.atom)
        throw this.refuse(expression, 'a list where one value is expected')
      }
      case 'array': {
        const made = this.list(expression.items)
        return js(made.code, { is: 'list', of: made.type.of ?? NOTHING }, TIGHT.atom)
      }
      case 'hash':
        return objectOf(this, expression)
      case 'call':
        return callValue(this, expression)
      case 'method': {
        const made = this.method(expression)
        if (made.type.is !== 'list') return made
        // The first interface of a role, or how many records there are.
        if (/^(?:green|orange|blue|yellow|red|get_by_role)$/.test(expression.name))
          return js(made.code.replace(FILTER, '.find($1)'), { is: 'record?' })
        return js(`${made.code}.length`, NUMBER)
      }
      case 'unary':
        return unaryValue(this, expression)
      case 'binary':
        return binaryValue(this, expression)
      case 'choice': {
        const test = this.test(expression.test)
        if (test.constant !== undefined) return this.scalar(test.constant ? expression.then : expression.otherwise)
        const [then, otherwise] = [this.scalar(expression.then), this.scalar(expression.otherwise)]
        const type = joined(then.type, otherwise.type)
        if (type === undefined) throw this.refuse(expression, 'a choice between values of several kinds')
        return js(
          `${inside(test, TIGHT.nullish)} ? ${inside(then, TIGHT.choice)} : ${inside(otherwise, TIGHT.choice)}`,
          type,
          TIGHT.choice,
        )
      }
      case 'match':
      case 'file test':
        return this.test(expression)
      case 'replace':
        if (expression.pattern.flags.includes('r')) return replaced(this, this.scalar(expression.target), expression)
        throw this.refuse(expression, 'a replacement inside of an expression')
      case 'class':
        throw this.refuse(expression, `the class ${expression.name}`)
      case 'my':
        throw this.refuse(expression, '"my" inside of an expression')
      case 'assign':
        throw this.refuse(expression, 'an assignment inside of an expression')
      case 'transliterate':
        if (expression.flags.includes('r'))
          return transliterated(this, this.scalar(expression.target), {
            ...expression,
            flags: expression.flags.replace('r', ''),
          })
        throw this.refuse(expression, '"tr" inside of an expression')
    }
  }

  /** In a string, a list has blanks between its elements. */
  #inText(part: Expression): Js {
    if (!givesList(this, part)) return this.scalar(part)
    const list = this.list([part])
    return js(`${inside(list, TIGHT.member)}.join(' ')`, { ...TEXT, ...(list.type.of?.lines && { lines: true }) })
  }

  list(expressions: readonly Expression[]): Js {
    const flat = expressions.flatMap(one => (one.kind === 'list' ? one.items : [one]))
    const [only] = flat
    if (flat.length === 1 && only !== undefined && givesList(this, only)) return listOf(this, only)
    const made = flat.map(one => {
      const isList = givesList(this, one)
      const value = isList ? listOf(this, one) : this.scalar(one)
      return {
        code: isList ? `...${inside(value, TIGHT.choice)}` : inside(value, TIGHT.choice),
        type: isList ? (value.type.of ?? NOTHING) : value.type,
      }
    })
    const of = elementType(made.map(({ type }) => type))
    if (of === undefined) throw this.refuse(only ?? { line: 0 }, 'a list of values of several kinds')
    return js(`[${made.map(({ code }) => code).join(', ')}]`, { is: 'list', of }, TIGHT.atom)
  }

  /** A list that fragments share is there as soon as one of them asks. */
  method(expression: Extract<Expression, { kind: 'method' }>): Js {
    return methodValue(this, expression)
  }

  listName({ code, sigil }: Named): string {
    return sigil === '@' && code.startsWith('vars.') ? `vars.list(${literal(code.slice(5)).code})` : code
  }

  test(expression: Expression): Js {
    switch (expression.kind) {
      case 'list': {
        const [only] = expression.items
        if (expression.items.length === 1 && only) return this.test(only)
        break
      }
      case 'unary':
        if (expression.operator === '!') {
          const test = this.test(expression.of)
          if (test.constant !== undefined)
            return { ...js(test.constant ? 'false' : 'true', FLAG, TIGHT.atom), constant: test.constant ? '' : '1' }
          return opposite(test)
        }
        break
      case 'binary': {
        const made = binaryTest(this, expression)
        if (made !== undefined) return made
        break
      }
      case 'match':
        return this.#match(expression)
      case 'file test':
        if (!/^-[ef]$/.test(expression.test)) throw this.refuse(expression, `the test ${expression.test} of a file`)
        return js(`exists(${asText(this.scalar(expression.of)).code})`, FLAG)
      case 'call':
        if (expression.name === 'grep') return counted(this, expression, 'any')
        break
      default:
    }
    if (givesList(this, expression)) {
      const named = this.variable(expression)
      if (named?.type.is === 'map') return js(`${named.code}.size > 0`, FLAG, TIGHT.compare)
      return js(`${inside(this.list([expression]), TIGHT.member)}.length > 0`, FLAG, TIGHT.compare)
    }
    return truthOf(this.scalar(expression))
  }

  #match(expression: Extract<Expression, { kind: 'match' }>): Js {
    const found = this.found.get(expression)
    if (found !== undefined) return js(found, FLAG, TIGHT.atom)
    return fits(this, this.scalar(expression.target), expression.pattern, expression)
  }
}

/** The last call in code that ends with it. */
const FILTER = /\.filter\((one => .*)\)$/
