import { integer, objectOf } from '../../../base/shape.ts'
import type { Places } from '../../../system/places.ts'
import { StateFile } from '../../../system/state-file.ts'
import { fleetState } from '../member.ts'

/** In milliseconds. */
const HOUR = 3_600_000

/** No report had this number or a larger one. */
const RESERVED = new StateFile<{ readonly below: number }>(
  'reports.json',
  {
    what: 'the number of the last report',
    shape: objectOf({ below: integer }),
    wayOut: 'Remove it. If the clock of this host was set back, its reports are believed after that time again.',
  },
  fleetState,
)

/**
 * Numbers that only grow, also over restarts, when the clock is set back, and when this host is put back to a backup. They are the
 * time in milliseconds where possible, and reserved for an hour, so that not every report is a write.
 */
export class ReportCount {
  readonly #places: Places
  #last: number | undefined
  #below = 0

  constructor(places: Places) {
    this.#places = places
  }

  next(now = Date.now()): number {
    this.#last ??= RESERVED.read(this.#places)?.below ?? 0
    const next = Math.max(this.#last + 1, now)
    if (next >= this.#below) {
      this.#below = next + HOUR
      RESERVED.write(this.#places, { below: this.#below })
    }
    this.#last = next
    return next
  }
}
