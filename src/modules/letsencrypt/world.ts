import type { Places } from '../../system/places.ts'
import type { System } from '../../system/system.ts'
import type { Clock } from './types.ts'

/** What a run on certificates works with. */
export interface World {
  readonly places: Places
  readonly system: System
  readonly clock: Clock
  /** Whether a run ends with OtherDehydrated if somebody else's dehydrated is running: it is then started again. */
  readonly givesWay: boolean
  /** Reports what was done, one line. */
  readonly say: (line: string) => void
  /** Reports a problem on standard error. */
  readonly warn: (message: string) => void
  /** Shows progress, only on a terminal. */
  readonly progress: (what: string) => void
  /** Runs an event and shows its report; returns its exit status. */
  readonly signal: (event: string) => Promise<number>
}
