import type { Expression } from './ast.ts'
import type { Evaluator } from './evaluate.ts'
import { matchesIn } from './facts.ts'
import { printed } from './js.ts'
import { code, type Part } from './output.ts'
import { patternOf } from './patterns.ts'

/** Matches whose groups are needed are made before the test. */
export function foundBefore(values: Evaluator, test: Expression, parts: Part[]): string | undefined {
  let name: string | undefined
  for (const match of matchesIn(test)) {
    name = values.names.unused('found')
    const pattern = patternOf(values, { ...match.pattern, flags: match.pattern.flags.replace('g', '') }, match)
    parts.push(code(`const ${name} = ${pattern.code}.exec(${printed(values.scalar(match.target))})`))
    values.found.set(match, name)
  }
  return name
}
