import { escapeControls } from '../base/escape-controls.ts'
import { tryToWrite } from '../system/standard-streams.ts'

/** Seconds after which a step also says how long it has taken. */
const PATIENCE = 2

/** Return to the start of the line and clear it (ECMA-48: CR, EL). */
const CLEAR = '\r\u001b[K'

/** One line at the end of a terminal that says what goes on, and goes away when something else is printed. */
export class Progress {
  readonly #wanted: boolean
  #step: string | undefined
  #since = 0
  #shown = false
  #clock: NodeJS.Timeout | undefined

  /** @param wanted standard error is a terminal that understands it */
  constructor(wanted: boolean) {
    this.#wanted = wanted
  }

  /** Says what goes on from now on; undefined: nothing. */
  show(step: string | undefined): void {
    if (!this.#wanted) return
    this.clear()
    this.#step = step
    this.#since = Date.now()
    if (step === undefined) {
      clearInterval(this.#clock)
      this.#clock = undefined
      return
    }
    this.#clock ??= setInterval(() => this.#draw(), 1000).unref()
    this.#draw()
  }

  /** Takes the line away before something is printed; it is drawn again within a second. */
  clear(): void {
    if (this.#shown) tryToWrite(CLEAR)
    this.#shown = false
  }

  #draw(): void {
    const seconds = Math.floor((Date.now() - this.#since) / 1000)
    const time = seconds < PATIENCE ? '' : ` (${seconds} s)`
    const width = (process.stderr.columns || 80) - 1
    tryToWrite(`${CLEAR}${`${escapeControls(this.#step ?? '')} …${time}`.slice(0, width)}`)
    this.#shown = true
  }
}
