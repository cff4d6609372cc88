import { objectOf, type TypeOf, text } from '../../base/shape.ts'
import type { ServiceAction } from './actions.ts'
import type { Unit } from './manager.ts'

/** What is requested of one service: by a changed file, by the event, or left over from an earlier event. */
export type Request = TypeOf<typeof serviceRequest>
export const serviceRequest = objectOf({
  service: text,
  word: text,
  /** Where the request comes from: a template, a file of the event, an earlier event. */
  source: text,
})

/** One service and what will be done to it. */
export interface Adjustment {
  readonly service: string
  readonly unit: Unit
  readonly actions: readonly ServiceAction[]
  /** The requests that led to it. */
  readonly words: readonly string[]
}

export interface AdjustmentResult {
  readonly service: string
  readonly action: ServiceAction
  readonly command: string
  /** False if it failed, or if there is no service manager. */
  readonly done: boolean
  /** Undefined if it succeeded. */
  readonly problem: string | undefined
  readonly output: string
  /** It was left alone: its problem is what its checkers say. */
  readonly refused?: boolean
}

/** What went wrong, for people. */
export function describeProblem({ service, command, problem, refused }: AdjustmentResult): string {
  if (refused) return `${service} is left alone, because what it would load is refused:\n${problem}`
  return `adjusting ${service} failed: ${command}: ${problem}`
}
