import { type Js, opposite } from './js.ts'
import { code, type Part } from './output.ts'

/** Whether parts print more than one line. */
export function hasLines(parts: readonly Part[]): boolean {
  return parts.some(part => part.kind === 'raw' || (part.kind === 'text' && part.text.includes('\n')))
}

/** Branches as parts; one with a single line of code needs no braces. */
export function assembled(
  branches: readonly { test: Js; body: Part[] }[],
  otherwise: readonly Part[],
  isSure: boolean,
): Part[] {
  const [first, ...others] = branches
  if (first === undefined) return [...otherwise]
  if (isSure && others.length === 0) return first.body
  if (others.length === 0 && otherwise.length === 0) {
    if (first.body.length === 0) return []
    const only = simple(first.body)
    if (only !== undefined) return [code(`if (${first.test.code}) ${only}`)]
  }
  if (others.length === 0 && first.body.length === 0)
    return assembled([{ test: opposite(first.test), body: [...otherwise] }], [], false)
  const parts: Part[] = []
  for (const [index, { test, body }] of branches.entries()) {
    const isLast = isSure && index === branches.length - 1
    const head = index === 0 ? `if (${test.code}) {` : isLast ? '} else {' : `} else if (${test.code}) {`
    parts.push({ kind: 'code', code: head, opens: true, ...(index > 0 && { closes: true }) }, ...body)
  }
  if (otherwise.length > 0) parts.push({ kind: 'code', code: '} else {', opens: true, closes: true }, ...otherwise)
  return [...parts, { kind: 'code', code: '}', closes: true }]
}

/** The only line of code of a body; undefined if there is more. */
export function simple(parts: readonly Part[]): string | undefined {
  const [only] = parts
  if (parts.length !== 1 || only?.kind !== 'code' || only.opens || only.closes) return undefined
  return /^(?:const|let) /.test(only.code) ? undefined : only.code
}
