import { messageOf } from '../../../base/failure.ts'
import { LEADER_KEY } from '../store/keys.ts'
import type { Compared, Store } from '../store/store.ts'
import { toldOnce } from './told-once.ts'
import { sleep } from './wakeup.ts'

/** Seconds after which a leader that is not heard of any more has been one. */
const LEASE = 15
/** Milliseconds between two signs of life, and between two looks at who leads. */
const PACE = 5000

/** The time for which this controller leads. */
export interface Term {
  /** Part of every commit of the leader: so one whose term has ended, perhaps without knowing it, changes nothing. */
  readonly fence: Compared
  readonly signal: AbortSignal
}

/**
 * Leads whenever nobody else does, until the signal.
 * @param name of this controller
 * @param lead goes on until its term ends
 * @param tell what people may want to know
 */
export async function leadInTurn(
  store: Store,
  name: string,
  lead: (term: Term) => Promise<void>,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const tryToStand = toldOnce(tell, () => stand(store, name))
  while (!signal.aborted) {
    const won = await tryToStand()
    try {
      if (won !== undefined) {
        tell('leads the fleet')
        await serve(store, won, lead, signal)
        tell('does not lead the fleet any more')
      }
    } catch (error) {
      tell(messageOf(error))
    }
    await sleep(PACE, signal)
  }
}

interface Won {
  readonly fence: Compared
  readonly lease: string
}

/**
 * There is one agent on a host: if the leader has its name, that was one that was killed, and its lease need not end first.
 * @returns undefined if somebody else leads
 */
async function stand(store: Store, name: string): Promise<Won | undefined> {
  const { value = name, revision = 0 } = (await store.get(LEADER_KEY)) ?? {}
  if (value !== name) return undefined
  const lease = await store.lease(LEASE)
  if (!(await store.commit([{ key: LEADER_KEY, revision }], [{ key: LEADER_KEY, value: name, lease }])))
    return undefined
  const entry = await store.get(LEADER_KEY)
  return entry?.value === name ? { fence: { key: LEADER_KEY, revision: entry.revision }, lease } : undefined
}

/** One term: until the lease is lost, or the signal. Then the next one need not wait for the end of the lease. */
async function serve(
  store: Store,
  { fence, lease }: Won,
  lead: (term: Term) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const term = new AbortController()
  const end = () => term.abort()
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  const kept = keep(store, lease, term)
  try {
    await lead({ fence, signal: term.signal })
  } finally {
    end()
    signal.removeEventListener('abort', end)
    await kept
    await store.commit([fence], [{ key: LEADER_KEY, remove: true }]).catch(() => false)
  }
}

/** Keeps the lease alive, and ends the term when that fails for as long as the lease lasts. */
async function keep(store: Store, lease: string, term: AbortController): Promise<void> {
  let heard = performance.now()
  while (!term.signal.aborted) {
    await sleep(PACE, term.signal)
    if (term.signal.aborted) return
    const lives = await store.keepAlive(lease).catch(() => undefined)
    if (lives === true) heard = performance.now()
    if (lives === false || performance.now() - heard > LEASE * 1000) term.abort()
  }
}
