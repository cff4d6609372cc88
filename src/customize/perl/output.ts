import type { Js } from './js.ts'

/** A part of the twin. */
export type Part =
  /** Text of the output. */
  | { readonly kind: 'text'; readonly text: string }
  /** A value that is printed: one without line breaks, or any text. */
  | { readonly kind: 'print' | 'raw'; readonly code: string }
  /** A line of code. One that opens or closes a block counts for the indentation. */
  | { readonly kind: 'code'; readonly code: string; readonly opens?: true; readonly closes?: true }

export function text(of: string): Part[] {
  return of === '' ? [] : [{ kind: 'text', text: of }]
}

export function code(line: string): Part {
  return { kind: 'code', code: line }
}

/** What a value prints. */
export function print(value: Js, printed: string): Part[] {
  if (value.constant !== undefined) return text(value.constant)
  return [{ kind: value.type.lines ? 'raw' : 'print', code: printed }]
}

/** Parts with neighbouring texts in one. */
export function compact(parts: readonly Part[]): Part[] {
  const made: Part[] = []
  for (const part of parts) {
    const last = made.at(-1)
    if (part.kind === 'text' && last?.kind === 'text')
      made[made.length - 1] = { kind: 'text', text: last.text + part.text }
    else made.push(part)
  }
  return made
}
