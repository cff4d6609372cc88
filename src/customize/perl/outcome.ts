import type { Assignments } from './assignments.ts'
import { constantOf, type Expression } from './ast.ts'
import type { Comment } from './comments.ts'
import type { Evaluator } from './evaluate.ts'
import { asText, inside, js, literal, printed, TIGHT } from './js.ts'
import { code, type Part, print, text } from './output.ts'
import { emit, printValue } from './printing.ts'
import { TEXT, UNDEFINED } from './types.ts'
import { ReadsOutput } from './untranslatable.ts'
import { whenFalse } from './when-false.ts'

/** Whether $OUT has a value at a place of the program. */
export type IsSet = 'no' | 'maybe' | 'yes'

const OUT: Expression & { kind: 'variable' } = { kind: 'variable', sigil: '$', name: 'OUT', line: 0 }

/** What gives nothing, at a line. */
export const NOTHING_AT = (line: number): Expression => ({ kind: 'string', parts: [''], line })

/** What is known of a program besides its statements. */
export interface Surroundings {
  /** Text behind it; undefined if other programs follow. */
  readonly after: string | undefined
  /** $OUT is a variable of the twin: something asks for it. */
  readonly inVariable: boolean
  readonly usesGroups: boolean
  readonly comments: readonly Comment[]
}

/** What a program prints: $OUT, or its last value. */
export class Outcome {
  readonly #values: Evaluator
  /** Text behind the program; undefined if other programs follow. */
  readonly #after: string | undefined
  /** $OUT is a variable of the twin: something asks for it. */
  readonly inVariable: boolean
  isSet: IsSet = 'no'
  /** Something leaves the program before its end. */
  needsLabel = false

  constructor(values: Evaluator, after: string | undefined, inVariable: boolean) {
    this.#values = values
    this.#after = after
    this.inVariable = inVariable
  }

  /** Whether text, or nothing, is all that comes behind the program. */
  get isLast(): boolean {
    return this.#after !== undefined
  }

  /** The declaration of $OUT, if it is a variable. */
  declared(): Part[] {
    if (!this.inVariable) return []
    const out = this.#values.names.declare(OUT, 'text')
    this.#values.names.learn(out, UNDEFINED, 0)
    return [code(`let ${out.code}`)]
  }

  /** `return`. @param isTail nothing comes behind it */
  return(value: Expression, isTail: boolean): Part[] {
    const made = this.value(value.kind === 'list' && value.items.length === 0 ? NOTHING_AT(value.line) : value)
    if (isTail && !this.inVariable) return made
    if (this.#after === undefined) {
      this.needsLabel = true
      return [...made, code('break program')]
    }
    const all = [...made, ...text(this.#after)]
    const [only] = all
    const joined = all.every(part => part.kind === 'text')
      ? all.map(part => (part.kind === 'text' ? part.text : '')).join('')
      : undefined
    if (only === undefined || joined === '') return [code('return')]
    if (joined?.endsWith('\n')) return [code(`return ${literal(joined).code}`)]
    return [...all, code('return')]
  }

  /** What the program prints at its end if this is its value. */
  value(value: Expression): Part[] {
    if (!this.inVariable) {
      if (this.isSet === 'yes') return []
      if (constantOf(value) === '') return []
      if (this.isSet === 'maybe') throw new ReadsOutput(value.line)
      return emit(this.#values, value)
    }
    const out = this.#values.variable(OUT)
    if (out === undefined || this.isSet === 'no') return emit(this.#values, value)
    const made = js(out.code, out.type)
    if (this.isSet === 'yes') return print(made, printed(made))
    const other = asText(this.#values.scalar(value))
    return print(
      js('', { ...TEXT, lines: out.type.lines === true || other.type.lines === true }),
      `${made.code} ?? ${inside(other, TIGHT.equal)}`,
    )
  }

  /** What the test of the last branch gives if it was false: nothing, unless it is a 0, or its opposite was asked for. */
  valueOfTest(test: Expression | undefined, line: number): Part[] {
    if (test?.kind === 'unary' && test.operator === '!' && !this.inVariable) return this.value(test.of)
    const isSeen = test !== undefined && this.isSet === 'no' && !this.inVariable
    const made = isSeen ? whenFalse(this.#values, test) : undefined
    return made === undefined ? this.value(NOTHING_AT(line)) : printValue(this.#values, made)
  }

  /** A change of $OUT. */
  output(assign: Extract<Expression, { kind: 'assign' }>, assignments: Assignments): Part[] {
    if (this.inVariable) {
      const lines = assignments.effect(assign) ?? []
      this.isSet = 'yes'
      return lines.map(code)
    }
    if (assign.operator === '' && this.isSet !== 'no') throw new ReadsOutput(assign.line)
    const made = emit(this.#values, assign.value)
    this.isSet = 'yes'
    return made
  }
}
