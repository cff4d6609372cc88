import { isDeepStrictEqual } from 'node:util'
import { Failure, hasCode, orFailure } from '../../base/failure.ts'
import { flag, listOf, number, objectOf, optional, orNull, recordOf, type TypeOf, text } from '../../base/shape.ts'
import type { Places } from '../../system/places.ts'
import { indented, StateFile } from '../../system/state-file.ts'
import { type RenewalWindow, renewalWindow } from './ari.ts'
import { nextTry } from './renewal.ts'
import { certificateState } from './world.ts'

/** Why no certificate was issued. */
export interface NotIssued {
  readonly message: string
  readonly hint: string
  /** Whether trying again is useless before a person has done something. */
  readonly stuck?: boolean
  /** Set if the authority was not asked, because of its limits: trying earlier is useless. */
  readonly until?: Date
}

/** What went wrong with a certificate, and when to try again. */
export type Trouble = TypeOf<typeof trouble>
const trouble = objectOf({
  message: text,
  hint: text,
  stuck: optional(flag),
  /** Failures in a row. */
  failures: number,
  /** Times as ISO 8601. */
  since: text,
  nextTry: text,
})

/** What is kept from run to run; everything else is read from the certificates themselves. */
type Memory = Required<TypeOf<typeof memory>>

/** Files of older versions do not have all of it. */
const memory = objectOf({
  /** By authority and certificate: `acme-v02.api.letsencrypt.org/example.org`. */
  troubles: optional(recordOf(trouble)),
  /** By fingerprint: the urgency of the last warning. */
  warned: optional(recordOf(number)),
  /** By fingerprint: when the authority suggests renewal. */
  windows: optional(recordOf(renewalWindow)),
  /** The records in which a certificate was set: {@link recordName}. */
  entered: optional(listOf(text)),
  /** Why the last deployment failed, if it did. */
  deployment: optional(orNull(text)),
})

const MEMORY = new StateFile(
  'state.json',
  {
    what: 'this file',
    shape: memory,
    wayOut: `Failures and warnings are counted from zero.
Certificates that you removed from a record by hand are set again.`,
    format: indented,
  },
  certificateState,
)

/**
 * The state kept between runs. Losing it loses no certificate: it contains when to try again, which warnings were sent, and
 * which records had one of our certificates, so that one removed by a person is not set again.
 */
export class State {
  readonly #places: Places
  /** Whether the file could not be read and is started again. */
  readonly #damaged: boolean
  #memory: Memory

  /** @param warn called if the file is damaged; a new one is then started */
  constructor(places: Places, warn: (message: string) => void) {
    const found = orFailure(() => MEMORY.read(places))
    this.#places = places
    this.#damaged = found instanceof Failure
    this.#memory = { troubles: {}, warned: {}, windows: {}, entered: [], deployment: null }
    if (!(found instanceof Failure)) this.#memory = { ...this.#memory, ...found }
    else if (hasCode(found.cause, 'EACCES')) throw found
    else warn(found.describe())
  }

  trouble(key: string): Trouble | undefined {
    return Object.hasOwn(this.#memory.troubles, key) ? this.#memory.troubles[key] : undefined
  }

  allTroubles(): Trouble[] {
    return Object.values(this.#memory.troubles)
  }

  /** Records a failure, and when to try again. */
  failed(key: string, { message, hint, stuck = false, until }: NotIssued, now: Date): Trouble {
    const before = this.trouble(key)
    const failures = (before?.failures ?? 0) + 1
    const since = before?.since ?? now.toISOString()
    const next = new Date(Math.max(nextTry(failures, now).getTime(), until?.getTime() ?? 0))
    const trouble = { failures, message, hint, stuck, since, nextTry: next.toISOString() }
    this.#keep({ troubles: { ...this.#memory.troubles, [key]: trouble } })
    return trouble
  }

  /** Records that a certificate has no problems. */
  succeeded(key: string): void {
    this.#keep({ troubles: pick(this.#memory.troubles, one => one !== key) })
  }

  /**
   * Drops what concerns certificates that are no longer wanted. Also repairs a damaged file.
   * @param keys of troubles
   * @param fingerprints of windows
   */
  retain(keys: ReadonlySet<string>, fingerprints: ReadonlySet<string>): void {
    const troubles = pick(this.#memory.troubles, key => keys.has(key))
    const windows = pick(this.#memory.windows, fingerprint => fingerprints.has(fingerprint))
    this.#keep({ troubles, windows }, this.#damaged)
  }

  /** Drops the warnings for certificates that no record names any more. */
  retainWarned(fingerprints: ReadonlySet<string>): void {
    this.#keep({ warned: pick(this.#memory.warned, fingerprint => fingerprints.has(fingerprint)) })
  }

  get deployment(): string | undefined {
    return this.#memory.deployment ?? undefined
  }

  /** Records the result of the last deployment; undefined: success. */
  deployed(problem: string | undefined): void {
    this.#keep({ deployment: problem ?? null })
  }

  /** The records in which a certificate was set. If one no longer names ours, a person has changed it. */
  get entered(): readonly string[] {
    return this.#memory.entered
  }

  noteEntered(records: readonly string[]): void {
    this.#keep({ entered: [...records].sort() })
  }

  window(fingerprint: string): RenewalWindow | undefined {
    return this.#memory.windows[fingerprint]
  }

  noteWindow(fingerprint: string, found: RenewalWindow): void {
    this.#keep({ windows: { ...this.#memory.windows, [fingerprint]: found } })
  }

  warned(fingerprint: string): number {
    return this.#memory.warned[fingerprint] ?? 0
  }

  noteWarned(fingerprint: string, level: number): void {
    this.#keep({ warned: { ...this.#memory.warned, [fingerprint]: level } })
  }

  /** Writes the file if something changes. */
  #keep(changes: Partial<Memory>, always = false): void {
    const next = { ...this.#memory, ...changes }
    if (!always && isDeepStrictEqual(next, this.#memory)) return
    this.#memory = next
    MEMORY.write(this.#places, next)
  }
}

/** The part of a table whose keys are meant. */
function pick<T>(table: Readonly<Record<string, T>>, isMeant: (key: string) => boolean): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(table).filter(([key]) => isMeant(key)))
}
