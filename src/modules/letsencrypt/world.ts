import type { Places } from '../../system/places.ts'
import type { System } from '../../system/system.ts'
import type { Clock } from './types.ts'

/** What a run on certificates works with. */
export interface World {
  readonly places: Places
  readonly system: System
  readonly clock: Clock
  /** Whether a run ends with OtherDehydrated when a dehydrated of somebody else is at work: it is begun again then. */
  readonly givesWay: boolean
  /** Tells what was done, one line. */
  readonly say: (line: string) => void
  /** Tells what is not right, on standard error. */
  readonly warn: (message: string) => void
  /** Shows what is going on, on a terminal only. */
  readonly progress: (what: string) => void
  /** Runs an event and shows what it tells; its exit status. */
  readonly signal: (event: string) => Promise<number>
}
