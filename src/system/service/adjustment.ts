import { objectOf, text } from '../../base/shape.ts'
import type { ServiceAction } from './actions.ts'
import type { Unit } from './manager.ts'

/** What is asked of one service, by a changed file, by the event, or left over from an earlier one. */
export interface Request {
  readonly service: string
  readonly word: string
  /** Who asks: a template, a file of the event, an earlier event. */
  readonly source: string
}

export const serviceRequest = objectOf<Request>({ service: text, word: text, source: text })

/** One service and what will be done to it. */
export interface Adjustment {
  readonly service: string
  readonly unit: Unit
  readonly actions: readonly ServiceAction[]
  /** The requests behind it. */
  readonly words: readonly string[]
}

/** How an adjustment ended. */
export interface AdjustmentResult {
  readonly service: string
  readonly action: ServiceAction
  readonly command: string
  /** False when it failed, or when there is no service manager. */
  readonly done: boolean
  /** Undefined when it worked. */
  readonly problem: string | undefined
  readonly output: string
}
