import { isObject } from '../../base/is-object.ts'
import type { Places } from '../../system/places.ts'
import type { State as OwnState } from '../../system/state.ts'
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

const FILE = 'state.json'

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
  readonly #state: OwnState
  readonly #memory: Memory

  /** @param warn called if the file is damaged; a new one is then started */
  constructor(places: Places, warn: (message: string) => void) {
    this.#state = certificateState(places)
    this.#memory = read(this.#state, warn)
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
    const data = {
      troubles: Object.fromEntries(troubles),
      warned: Object.fromEntries(warned),
      windows: Object.fromEntries(windows),
      entered: [...entered].sort(),
      deployment: deployment ?? null,
    }
    this.#state.write(FILE, `${JSON.stringify(data, null, 2)}\n`)
  }
}

/** @returns whether anything was dropped */
function keepOnly(map: Map<string, unknown>, keys: ReadonlySet<string>): boolean {
  const before = map.size
  for (const key of [...map.keys()]) if (!keys.has(key)) map.delete(key)
  return map.size < before
}

function read(state: OwnState, warn: (message: string) => void): Memory {
  const text = state.read(FILE)?.toString('utf8')
  try {
    const data: unknown = JSON.parse(text ?? '{}')
    if (isObject(data)) return memoryOf(data)
  } catch {
    // Told below, with a file that holds something else.
  }
  const taken = 'certificates that you removed from a record by hand are set again'
  warn(`${state.path(FILE)}: this file is damaged; failures and warnings are counted from zero, and ${taken}`)
  return { ...memoryOf({}), damaged: true }
}

function memoryOf(data: Record<string, unknown>): Memory {
  const troubles = Object.entries(isObject(data.troubles) ? data.troubles : {}).flatMap(([key, value]) =>
    isTrouble(value) ? [[key, value] as const] : [],
  )
  const warned = Object.entries(isObject(data.warned) ? data.warned : {}).flatMap(([key, value]) =>
    typeof value === 'number' ? [[key, value] as const] : [],
  )
  const windows = Object.entries(isObject(data.windows) ? data.windows : {}).flatMap(([key, value]) =>
    isWindow(value) ? [[key, value] as const] : [],
  )
  const deployment = typeof data.deployment === 'string' ? data.deployment : undefined
  const entered = new Set(
    (Array.isArray(data.entered) ? data.entered : []).filter((name): name is string => typeof name === 'string'),
  )
  return {
    troubles: new Map(troubles),
    warned: new Map(warned),
    windows: new Map(windows),
    entered,
    deployment,
    damaged: false,
  }
}

function isTrouble(value: unknown): value is Trouble {
  if (!isObject(value) || typeof value.failures !== 'number') return false
  return ['message', 'hint', 'since', 'nextTry'].every(name => typeof value[name] === 'string')
}

function isWindow(value: unknown): value is RememberedWindow {
  if (!isObject(value) || !['string', 'undefined'].includes(typeof value.explanation)) return false
  return ['start', 'end', 'askAgain'].every(name => typeof value[name] === 'string')
}
