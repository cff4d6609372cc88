/** A place in the fragment. */
interface Placed {
  readonly line: number
}

export type Sigil = '$' | '@' | '%'

/** What a regular expression is made of: text, and values that are put into it. */
export interface Pattern {
  readonly parts: readonly (string | Expression)[]
  readonly flags: string
}

export type Expression = Placed &
  (
    | { readonly kind: 'number'; readonly text: string }
    | { readonly kind: 'string'; readonly parts: readonly (string | Expression)[] }
    | { readonly kind: 'variable'; readonly sigil: Sigil; readonly name: string }
    | {
        readonly kind: 'my'
        readonly variables: readonly Variable[]
        readonly isList: boolean
        readonly isOur: boolean
      }
    /** An element of a hash or an array; `of` is the hash or array itself. */
    | { readonly kind: 'element'; readonly of: Expression; readonly at: 'key' | 'index'; readonly key: Expression }
    /** `@$x`, `%{…}`, and what `->` goes through. */
    | { readonly kind: 'dereference'; readonly sigil: Sigil; readonly of: Expression }
    | { readonly kind: 'last index'; readonly of: Expression }
    | { readonly kind: 'list'; readonly items: readonly Expression[] }
    | { readonly kind: 'array'; readonly items: readonly Expression[] }
    | { readonly kind: 'hash'; readonly items: readonly Expression[] }
    | {
        readonly kind: 'call'
        readonly name: string
        readonly args: readonly Expression[]
        readonly block?: readonly Statement[]
      }
    | { readonly kind: 'method'; readonly of: Expression; readonly name: string; readonly args: readonly Expression[] }
    | { readonly kind: 'class'; readonly name: string }
    | { readonly kind: 'unary'; readonly operator: string; readonly of: Expression }
    | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
    | { readonly kind: 'assign'; readonly operator: string; readonly target: Expression; readonly value: Expression }
    | { readonly kind: 'choice'; readonly test: Expression; readonly then: Expression; readonly otherwise: Expression }
    | { readonly kind: 'match'; readonly target: Expression; readonly pattern: Pattern }
    | { readonly kind: 'replace'; readonly target: Expression; readonly pattern: Pattern; readonly by: Expression }
    | {
        readonly kind: 'transliterate'
        readonly target: Expression
        readonly from: string
        readonly to: string
        readonly flags: string
      }
    | { readonly kind: 'file test'; readonly test: string; readonly of: Expression }
  )

export type Variable = Extract<Expression, { kind: 'variable' }>

export type Statement = Placed &
  (
    | { readonly kind: 'expression'; readonly value: Expression }
    | {
        readonly kind: 'if'
        readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[]
        readonly otherwise: readonly Statement[] | undefined
      }
    | {
        readonly kind: 'foreach'
        readonly variable: Variable
        readonly isMy: boolean
        readonly list: Expression
        readonly body: readonly Statement[]
      }
    | {
        readonly kind: 'for'
        readonly first: Expression
        readonly test: Expression
        readonly next: Expression
        readonly body: readonly Statement[]
      }
    | { readonly kind: 'while'; readonly test: Expression; readonly body: readonly Statement[] }
    | { readonly kind: 'block'; readonly body: readonly Statement[] }
  )

/** The text of a string in which no value is put; undefined for anything else. */
export function constantOf(expression: Expression): string | undefined {
  if (expression.kind === 'number') return expression.text
  if (expression.kind !== 'string') return undefined
  return expression.parts.every(part => typeof part === 'string') ? expression.parts.join('') : undefined
}
