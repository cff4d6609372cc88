import type { Places } from '../../../system/places.ts'
import type { System } from '../../../system/system.ts'
import type { Store } from '../store/store.ts'

/** What the agent of a host works with. */
export interface HostMeans {
  readonly store: Store
  readonly fleet: string
  readonly host: string
  readonly places: Places
  readonly system: System
  /** Milliseconds between two reports, as the record says now. */
  readonly interval: () => number
  /** What differs from the release here, sealed for the controllers; empty if nothing does. */
  readonly drift: () => Promise<string>
  readonly tell: (text: string) => void
  /** Something that counts for new processes only: `has a new certificate`. */
  readonly beginAgain: (why: string) => void
}
