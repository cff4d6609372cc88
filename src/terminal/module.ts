import type { Records } from '../db/record.ts'
import type { Actions } from '../event/actions.ts'
import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'
import type { Command } from './command.ts'

/** What a service that needs more than templates adds to the engine. Its parts are loaded on demand. */
export interface Module {
  readonly name: string
  readonly commands: readonly Command[]
  readonly checks: readonly Check[]
  /** Pages of the console that make sense on this server only. */
  readonly pages?: (places: Places) => Promise<readonly string[]>
  /** Archives that `gabarit restore` opens. */
  readonly archives?: Archives
  /** Event actions that run in the process of the event. */
  readonly actions?: Actions
}

/** A kind of archive. */
export interface Archives {
  /** Its first bytes. */
  readonly begin: string
  /** What their names are like. */
  readonly name: RegExp
  /** An option that says by itself that it is meant. */
  readonly option: string
  readonly restore: Command
}

/** One check of `gabarit doctor`. Its id never changes, because scripts and ignores use it. */
export interface Check {
  readonly id: string
  /** The heading under which `gabarit status` also shows its findings. */
  readonly inStatus?: string
  /** The command that fixes what cannot be read. */
  readonly mend?: string
  readonly run: (patient: CheckedServer) => readonly Diagnosis[] | Promise<readonly Diagnosis[]>
}

/** The result of a check for one thing. */
export interface Diagnosis {
  readonly level: 'ok' | 'warning' | 'error'
  /** What is wrong, or what was checked and is in order. */
  readonly message: string
  readonly command?: string
}

/** What checks examine. */
export interface CheckedServer {
  readonly places: Places
  readonly system: System
  /** The configuration database; empty if it cannot be read, which is a separate finding. */
  readonly configuration: Records
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Everything is in order. */
export function ok(message: string): Diagnosis[] {
  return [{ level: 'ok', message }]
}

/** The findings, or ok if there are none. */
export function orOk(found: readonly Diagnosis[], message: string): readonly Diagnosis[] {
  return found.length > 0 ? found : ok(message)
}
