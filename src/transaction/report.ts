import type { InitializedDatabase } from '../db/initialize.ts'
import type { Plan } from '../plan/plan.ts'
import type { Outcome } from '../state/history/entry.ts'
import type { AdjustmentResult } from '../system/service/adjustment.ts'

/** What an event reports while it runs; the command shows it as text or JSON. */
export type EventReport =
  | { readonly kind: 'recovered' | 'warning' | 'confirmation' | 'problem'; readonly message: string }
  /** It goes back by itself unless it is confirmed: until when (ISO 8601), and how many seconds that are. */
  | { readonly kind: 'window'; readonly until: string; readonly within: number }
  /** A step begins that may take a while: `S04vpn-pki`, `adjusting httpd`. */
  | { readonly kind: 'step'; readonly step: string }
  /** Checkers that ran. */
  | { readonly kind: 'checked'; readonly commands: readonly string[] }
  | { readonly kind: 'handler-line'; readonly handler: string; readonly line: string }
  | {
      readonly kind: 'handler'
      readonly handler: string
      readonly problem: string | undefined
      readonly milliseconds: number
    }
  | { readonly kind: 'databases'; readonly databases: readonly InitializedDatabase[] }
  /** Records that an action creates or deletes. */
  | {
      readonly kind: 'records'
      readonly verb: 'create' | 'delete'
      readonly database: string
      readonly keys: readonly string[]
    }
  /** What is about to be checked and written. */
  | { readonly kind: 'planned'; readonly plan: Plan }
  /** It is in place. */
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'service'; readonly result: AdjustmentResult }
  /** Services whose adjustment failed, and that the next event adjusts. */
  | { readonly kind: 'remembered'; readonly services: readonly string[] }
  /** How it ended. `entry` is its number in the history; absent if nothing happened that is worth one. */
  | { readonly kind: 'ended'; readonly what: string; readonly outcome: Outcome; readonly entry?: number | undefined }

export type Reporter = (report: EventReport) => void
