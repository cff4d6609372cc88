import { sha256 } from '../../../base/sha256.ts'
import type { State } from '../../../system/state.ts'
import { TOLERANCE } from './saml/checks.ts'
import { Rejected } from './saml/rejected.ts'
import { FOLDER } from './sessions.ts'

/** An empty file for each: when it can be forgotten, in milliseconds since 1970, and its hash. */
const NAME = /^used-(\d+)-([0-9a-f]{64})$/

/**
 * The messages that were used: one that comes again is refused, also after a restart. Only signed ones reach it. They are beside the
 * sessions, so one sync of that folder makes a logout and its message durable.
 */
export class UsedMessages {
  readonly #state: State
  readonly #until = new Map<string, number>()

  constructor(state: State, now: number) {
    this.#state = state.within(FOLDER)
    for (const name of this.#state.list()) {
      const [, until, hash] = NAME.exec(name) ?? []
      if (hash !== undefined) this.#until.set(hash, Number(until))
    }
    this.#tidy(now)
  }

  /**
   * @param until when the message is too old to be used again, in milliseconds since 1970
   * @param act what it asks for: done before it is remembered, so that a full disk cannot prevent a logout, and one that failed
   *   can be asked for again
   * @throws Rejected if it was used before
   */
  use(provider: string, id: string, until: number, now: number, act: () => void = () => undefined): void {
    this.#tidy(now)
    const hash = sha256(`${provider}\n${id}`)
    if (this.#until.has(hash)) throw new Rejected('the message was used before')
    act()
    const end = until + TOLERANCE
    this.#until.set(hash, end)
    this.#state.append(nameOf(hash, end), '')
    this.#state.sync('')
  }

  #tidy(now: number): void {
    for (const [hash, until] of this.#until) {
      if (until > now) continue
      this.#state.remove(nameOf(hash, until))
      this.#until.delete(hash)
    }
  }
}

function nameOf(hash: string, until: number): string {
  return `used-${until}-${hash}`
}
