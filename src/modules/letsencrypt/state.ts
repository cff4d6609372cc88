import { Failure, hasCode, orFailure } from '../../base/failure.ts'
import { listOf, number, objectOf, optional, orNull, recordOf, text } from '../../base/shape.ts'
import type { Places } from '../../system/places.ts'
import { indented, StateFile } from '../../system/state-file.ts'
import { certificateState } from './authority.ts'
import { nextTry } from './renewal.ts'

/** What went wrong with a certificate, and when to try again. */
export interface Trouble {
  /** Failures in a row. */
  readonly failures: number
  readonly message: string
  readonly hint: string
  /** Times as ISO 8601. */
  readonly since: string
  readonly nextTry: string
}

/** What is kept from run to run; everything else is read from the certificates themselves. */
interface Memory {
  /** By authority and certificate: `acme-v02.api.letsencrypt.org/example.org`. */
  readonly troubles: Map<string, Trouble>
  /** By fingerprint: the urgency of the last warning. */
  readonly warned: Map<string, number>
  /** By fingerprint: when the authority suggests renewal. */
  readonly windows: Map<string, RememberedWindow>
  /** The records in which a certificate was set: {@link recordName}. */
  readonly entered: Set<string>
  /** Why the last deployment failed, if it did. */
  deployment: string | undefined
  /** Whether the file could not be read and is started again. */
  readonly damaged: boolean
}

/** A suggestion of the authority (RFC 9773), and when to ask again. Times in ISO 8601. */
interface RememberedWindow {
  readonly start: string
  readonly end: string
  readonly askAgain: string
  /** A page that says why. */
  readonly explanation?: string
}

/**
 * The state kept between runs. Losing it loses no certificate: it contains when to try again, which warnings were sent, and
 * which records had one of our certificates, so that one removed by a person is not set again.
 */
export class State {
  readonly #places: Places
  readonly #memory: Memory

  /** @param warn called if the file is damaged; a new one is then started */
  constructor(places: Places, warn: (message: string) => void) {
    this.#places = places
    this.#memory = read(places, warn)
  }

  trouble(key: string): Trouble | undefined {
    return this.#memory.troubles.get(key)
  }

  allTroubles(): Trouble[] {
    return [...this.#memory.troubles.values()]
  }

  /**
   * Records a failure, and returns the time of the next try.
   * @param until earlier tries cannot succeed
   */
  failed(key: string, message: string, hint: string, now: Date, until?: Date): Trouble {
    const before = this.#memory.troubles.get(key)
    const failures = (before?.failures ?? 0) + 1
    const since = before?.since ?? now.toISOString()
    const next = new Date(Math.max(nextTry(failures, now).getTime(), until?.getTime() ?? 0))
    const trouble = { failures, message, hint, since, nextTry: next.toISOString() }
    this.#memory.troubles.set(key, trouble)
    this.#write()
    return trouble
  }

  /** Records that a certificate has no problems. */
  succeeded(key: string): void {
    if (this.#memory.troubles.delete(key)) this.#write()
  }

  /**
   * Drops what concerns certificates that are no longer wanted. Also repairs a damaged file.
   * @param keys of troubles
   * @param fingerprints of windows
   */
  retain(keys: ReadonlySet<string>, fingerprints: ReadonlySet<string>): void {
    const { troubles, windows, damaged } = this.#memory
    const gone = [keepOnly(troubles, keys), keepOnly(windows, fingerprints)]
    if (gone.includes(true) || damaged) this.#write()
  }

  /** Drops the warnings for certificates that no record names any more. */
  retainWarned(fingerprints: ReadonlySet<string>): void {
    if (keepOnly(this.#memory.warned, fingerprints)) this.#write()
  }

  get deployment(): string | undefined {
    return this.#memory.deployment
  }

  /** Records the result of the last deployment; undefined: success. */
  deployed(problem: string | undefined): void {
    if (this.#memory.deployment === problem) return
    this.#memory.deployment = problem
    this.#write()
  }

  /** The records in which a certificate was set. If one no longer names ours, a person has changed it. */
  get entered(): ReadonlySet<string> {
    return this.#memory.entered
  }

  noteEntered(records: ReadonlySet<string>): void {
    const { entered } = this.#memory
    if (records.size === entered.size && [...records].every(record => entered.has(record))) return
    entered.clear()
    for (const record of records) entered.add(record)
    this.#write()
  }

  window(fingerprint: string): RememberedWindow | undefined {
    return this.#memory.windows.get(fingerprint)
  }

  noteWindow(fingerprint: string, window: RememberedWindow): void {
    this.#memory.windows.set(fingerprint, window)
    this.#write()
  }

  warned(fingerprint: string): number {
    return this.#memory.warned.get(fingerprint) ?? 0
  }

  /** @param level 0 drops it */
  noteWarned(fingerprint: string, level: number): void {
    if (this.warned(fingerprint) === level) return
    if (level === 0) this.#memory.warned.delete(fingerprint)
    else this.#memory.warned.set(fingerprint, level)
    this.#write()
  }

  #write(): void {
    const { troubles, warned, windows, entered, deployment } = this.#memory
    MEMORY.write(this.#places, {
      troubles: Object.fromEntries(troubles),
      warned: Object.fromEntries(warned),
      windows: Object.fromEntries(windows),
      entered: [...entered].sort(),
      deployment: deployment ?? null,
    })
  }
}

/** @returns whether anything was dropped */
function keepOnly(map: Map<string, unknown>, keys: ReadonlySet<string>): boolean {
  const before = map.size
  for (const key of [...map.keys()]) if (!keys.has(key)) map.delete(key)
  return map.size < before
}

/** The content of the file. Older ones do not have all of it. */
interface Stored {
  readonly troubles?: Readonly<Record<string, Trouble>>
  readonly warned?: Readonly<Record<string, number>>
  readonly windows?: Readonly<Record<string, RememberedWindow>>
  readonly entered?: readonly string[]
  readonly deployment?: string | null
}

const trouble = objectOf<Trouble>({ failures: number, message: text, hint: text, since: text, nextTry: text })
const window = objectOf<RememberedWindow>({ start: text, end: text, askAgain: text, explanation: optional(text) })

const MEMORY = new StateFile<Stored>(
  'state.json',
  {
    what: 'this file',
    shape: objectOf<Stored>({
      troubles: optional(recordOf(trouble)),
      warned: optional(recordOf(number)),
      windows: optional(recordOf(window)),
      entered: optional(listOf(text)),
      deployment: optional(orNull(text)),
    }),
    wayOut: `Failures and warnings are counted from zero.
Certificates that you removed from a record by hand are set again.`,
    format: indented,
  },
  certificateState,
)

function read(places: Places, warn: (message: string) => void): Memory {
  const found = orFailure(() => MEMORY.read(places))
  const damaged = found instanceof Failure
  if (damaged && hasCode(found.cause, 'EACCES')) throw found
  if (damaged) warn(found.describe())
  const { troubles = {}, warned = {}, windows = {}, entered = [], deployment } = damaged ? {} : (found ?? {})
  return {
    troubles: new Map(Object.entries(troubles)),
    warned: new Map(Object.entries(warned)),
    windows: new Map(Object.entries(windows)),
    entered: new Set(entered),
    deployment: deployment ?? undefined,
    damaged,
  }
}
