import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../plan/context.ts'
import { type Confirmation, removeConfirmation } from '../state/confirmation.ts'
import { commandLine } from '../state/history/entry.ts'
import { caller } from '../system/accounts.ts'
import { writeFileAtomically } from '../system/atomic-write.ts'
import type { Places } from '../system/places.ts'

/** How the last confirmation ended, for those who come too late. */
export interface Ended {
  readonly how: 'confirmed' | 'went back'
  readonly time: string
  readonly user: string
  readonly what: string
}

function lastFile(places: Places): string {
  return join(places.state, 'confirmation-last.json')
}

/** Ends a confirmation, and records how. The caller holds the event lock. */
export function endConfirmation(
  { places, system }: Pick<Context, 'places' | 'system'>,
  open: Confirmation,
  how: Ended['how'],
): void {
  removeConfirmation(places, open.token)
  const { user } = caller(system.env)
  const ended: Ended = { how, time: new Date().toISOString(), user, what: commandLine(open) }
  writeFileAtomically(lastFile(places), `${JSON.stringify(ended)}\n`, { mode: 0o600, locked: true })
}

/** How the last one ended; undefined if there was none. */
export function readEnd(places: Places): Ended | undefined {
  try {
    return JSON.parse(readFileSync(lastFile(places), 'utf8'))
  } catch {
    // There was none. A damaged note only makes a message less exact.
    return undefined
  }
}
