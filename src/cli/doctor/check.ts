import type { Records } from '../../db/record.ts'
import type { Places } from '../../system/places.ts'
import type { System } from '../../system/system.ts'

/** The result of a check for one thing. */
export interface Diagnosis {
  readonly level: 'ok' | 'warning' | 'error'
  /** What is wrong, or what was checked and is in order. */
  readonly message: string
  /** The command that fixes it. */
  readonly command?: string
}

/** What checks examine. */
export interface Patient {
  readonly places: Places
  readonly system: System
  /** The configuration database; empty if it cannot be read, which is a separate finding. */
  readonly configuration: Records
  /** Milliseconds since 1970. */
  readonly now: number
}

/** One check. Its id never changes, because scripts and ignores use it. */
export interface Check {
  readonly id: string
  readonly run: (patient: Patient) => readonly Diagnosis[]
}

/** Everything is in order. */
export function ok(message: string): Diagnosis[] {
  return [{ level: 'ok', message }]
}

/** The findings, or ok if there are none. */
export function orOk(found: readonly Diagnosis[], message: string): readonly Diagnosis[] {
  return found.length > 0 ? found : ok(message)
}
