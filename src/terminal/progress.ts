import { escapeControls } from '../base/escape-controls.ts'

/** Seconds after which a step also shows its duration. */
const PATIENCE = 2

/** Return to the start of the line and clear it (ECMA-48: CR, EL). */
const CLEAR = '\r\u001b[K'

/** A line at the bottom of a terminal that shows what is happening and disappears when something else is printed. */
export class Progress {
  readonly #write: ((text: string) => void) | undefined
  #step: string | undefined
  #since = 0
  #shown = false
  #clock: NodeJS.Timeout | undefined

  /** @param write writes to a capable terminal; without it, nothing is shown */
  constructor(write: ((text: string) => void) | undefined) {
    this.#write = write
  }

  /** Sets the current step; undefined: none. */
  show(step: string | undefined): void {
    if (this.#write === undefined) return
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

  /** Clears the line before something is printed; it is drawn again within a second. */
  clear(): void {
    if (this.#shown) this.#write?.(CLEAR)
    this.#shown = false
  }

  #draw(): void {
    const seconds = Math.floor((Date.now() - this.#since) / 1000)
    const time = seconds < PATIENCE ? '' : ` (${seconds} s)`
    const width = (process.stderr.columns || 80) - 1
    this.#write?.(`${CLEAR}${`${escapeControls(this.#step ?? '')} …${time}`.slice(0, width)}`)
    this.#shown = true
  }
}
