import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../system/atomic-write.ts'
import type { Places } from '../system/places.ts'
import type { Confirmation } from './record.ts'

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

/** Remembers how a confirmation ended. */
export function rememberEnd(places: Places, how: Ended['how'], { command, args }: Confirmation, user: string): void {
  const ended: Ended = { how, time: new Date().toISOString(), user, what: [command, ...args].join(' ') }
  writeFileAtomically(lastFile(places), `${JSON.stringify(ended)}\n`, { mode: 0o600 })
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
