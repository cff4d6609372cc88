import { caller } from '../system/accounts.ts'
import { holdSignals } from '../system/interruption.ts'
import { readHolder } from '../system/lock.ts'
import type { Holder } from '../system/lock-holder.ts'
import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'
import type { Reporter } from './report.ts'

/** Environment variable that tells an event signalled by an action which event it joins. */
export const JOIN_VARIABLE = 'GABARIT_EVENT_TOKEN'

/** Seconds that an event waits for another one to end. */
const WAIT = 120

/** The right to change target files. */
export interface EventLock {
  /** Whether the command runs inside an event that holds the lock. */
  readonly joined: boolean
  /** Passed to actions in {@link JOIN_VARIABLE}. */
  readonly token: string
  /** Who was killed while holding it, if anybody. */
  readonly killed?: Holder | undefined
  release(): void
}

/** What a command that changes files works with. */
export interface Means {
  readonly places: Places
  readonly system: System
  readonly lock: EventLock
  readonly report: Reporter
}

/** The same before it holds the lock. */
export type Ends = Omit<Means, 'lock'>

/** Runs a function with the event lock, see {@link takeEventLock}. */
export async function holdingEventLock<Result>(
  { places, system, report }: Ends,
  command: string,
  run: (means: Means) => Promise<Result> | Result,
): Promise<Result> {
  const lock = takeEventLock(places, system, command)
  try {
    return await run({ places, system, lock, report })
  } finally {
    lock.release()
  }
}

/**
 * Waits until no other event or expansion is running, or joins the event that this process is part of. Events that join also
 * run one after the other, since an action may start several at once. So each joins with its own lock, whose token its actions
 * inherit.
 */
function takeEventLock(places: Places, system: System, command: string): EventLock {
  const inherited = system.env[JOIN_VARIABLE] || undefined
  places.state.makeFolder()
  const depth = inherited === undefined ? 0 : depthOf(places, inherited)
  const path = lockFile(places, depth)
  const lock = places.state.files.lock(path, {
    what: 'the right to change configuration files',
    command,
    user: caller(system.env).user,
    patience: WAIT,
  })
  const letSignals = holdSignals()
  const release = () => {
    letSignals()
    lock.release()
  }
  return { joined: depth > 0, token: readHolder(path)?.token ?? '', killed: lock.former, release }
}

/** How many runs this process is nested in; none if the one that started it has ended. */
function depthOf(places: Places, token: string): number {
  for (let depth = 0; ; depth++) {
    const holder = readHolder(lockFile(places, depth))
    if (holder === undefined) return 0
    if (holder.token === token) return depth + 1
  }
}

function lockFile(places: Places, depth: number): string {
  return places.state.path(depth === 0 ? 'event.lock' : `event.lock.${depth}`)
}
