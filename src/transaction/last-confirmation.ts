import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Confirmation, removeConfirmation } from '../state/confirmation.ts'
import { writeFileAtomically } from '../system/atomic-write.ts'
import type { Places } from '../system/places.ts'
import { userName } from './history-record.ts'

/** How the last confirmation ended, for whoever comes too late. */
export interface Ended {
  readonly how: 'confirmed' | 'went back'
  readonly time: string
  readonly user: string
  readonly what: string
}

function lastFile(places: Places): string {
  return join(places.state, 'confirmation-last.json')
}

/** Ends a confirmation for good, and remembers how. The caller has the turn. */
export function endConfirmation(places: Places, { command, args, token }: Confirmation, how: Ended['how']): void {
  removeConfirmation(places, token)
  const ended: Ended = { how, time: new Date().toISOString(), user: userName(), what: [command, ...args].join(' ') }
  writeFileAtomically(lastFile(places), `${JSON.stringify(ended)}\n`, { mode: 0o600, locked: true })
}

/** How the last one ended; undefined when there was none. */
export function readEnd(places: Places): Ended | undefined {
  try {
    return JSON.parse(readFileSync(lastFile(places), 'utf8'))
  } catch {
    // There was none. A damaged note costs no more than a less exact message.
    return undefined
  }
}
