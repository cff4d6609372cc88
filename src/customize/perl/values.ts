import type { Expression, Statement } from './ast.ts'
import type { Js } from './js.ts'
import type { Named, Names } from './names.ts'
import type { Type } from './types.ts'
import type { Untranslatable } from './untranslatable.ts'

/** What is known of the server when a template is translated. */
export interface Known {
  /** Whether the database configuration has a record of this name, or describes one: a value alone, or with properties. */
  readonly record: (name: string) => 'value' | 'properties' | undefined
  /** The template is expanded for an item: a record, or MORE_DATA. */
  readonly hasItem: boolean
}

/** Turns expressions into JavaScript, as the parts of this folder see it. */
export interface Values {
  readonly names: Names
  readonly known: Known
  /** The databases that hashes are tied to, by the names of the hashes. */
  readonly tied: Map<string, string>
  /** As one value. */
  scalar(expression: Expression): Js
  /** As a list: an array. */
  list(expressions: readonly Expression[]): Js
  /** What a method gives: one value or a list. */
  method(expression: Extract<Expression, { kind: 'method' }>): Js
  /** As true or false. */
  test(expression: Expression): Js
  /** The variable that an expression names; undefined for anything else. */
  variable(expression: Expression): Named | undefined
  /** A list in JavaScript. */
  listName(named: Named): string
  /** The groups of the last match: `$1` is the second element. */
  readonly groups: string | undefined
  /** The variable gets a value. */
  assign(named: Named, type: Type, site: Expression): void
  /** Evaluates what a block ends with, with a variable for each element. */
  each(block: readonly Statement[] | undefined, first: Expression | undefined, list: Js, make: EachMaker): Js
  refuse(at: { readonly line: number }, feature: string): Untranslatable
}

/** Makes the code that is run for each element. @param element how the code names it */
export type EachMaker = (value: Expression, element: string) => Js
