import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { acquireLock, readHolder } from '../system/lock.ts'
import type { Places } from '../system/places.ts'

/** Environment variable by which an event signalled by an action knows the event that it joins. */
export const JOIN_VARIABLE = 'GABARIT_EVENT_TOKEN'

/** Seconds that an event waits for the one before it. */
const WAIT = 120

/** The right to change target files. */
export interface Turn {
  /** The command runs inside an event that holds the lock. */
  readonly joined: boolean
  /** Given to actions in {@link JOIN_VARIABLE}. */
  readonly token: string
  release(): void
}

/** Waits until no other event or expansion is under way; joins the event that this process is part of. */
export function takeTurn(places: Places, command: string): Turn {
  const path = join(places.state, 'event.lock')
  const inherited = process.env[JOIN_VARIABLE]
  if (inherited !== undefined && inherited !== '' && readHolder(path)?.token === inherited)
    return { joined: true, token: inherited, release: () => undefined }
  mkdirSync(places.state, { recursive: true, mode: 0o755 })
  const wait = process.env.GABARIT_LOCK_WAIT === undefined ? { wait: WAIT } : {}
  const lock = acquireLock(path, { what: 'the right to change configuration files', command, ...wait })
  return { joined: false, token: readHolder(path)?.token ?? '', release: () => lock.release() }
}

/** For a dry run, which changes nothing and so needs no turn. */
export const NO_TURN: Turn = { joined: false, token: '', release: () => undefined }
