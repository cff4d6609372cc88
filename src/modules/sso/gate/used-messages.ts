import { sha256 } from '../../../base/sha256.ts'
import type { State } from '../../../system/state.ts'
import { TOLERANCE } from './saml/checks.ts'
import { Rejected } from './saml/rejected.ts'

const FOLDER = 'used'

/** The messages that were used: one that comes again is refused, also after a restart. Only signed ones reach it. */
export class UsedMessages {
  readonly #state: State
  readonly #until = new Map<string, number>()

  constructor(state: State, now: number) {
    this.#state = state
    for (const name of state.list(FOLDER))
      this.#until.set(name, Number(state.read(`${FOLDER}/${name}`)?.toString()) || 0)
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
    const name = sha256(`${provider}\n${id}`)
    if (this.#until.has(name)) throw new Rejected('the message was used before')
    act()
    const end = until + TOLERANCE
    this.#until.set(name, end)
    this.#state.write(`${FOLDER}/${name}`, String(end))
  }

  #tidy(now: number): void {
    for (const [name, until] of this.#until) {
      if (until > now) continue
      this.#state.remove(`${FOLDER}/${name}`)
      this.#until.delete(name)
    }
  }
}
