import { setTimeout as pause } from 'node:timers/promises'

/** Something may have happened: who waits for that goes on, and who begins to wait later, too. */
export class Wakeup {
  #happened = false
  #end = () => {}

  /** To be called by whoever tells. */
  readonly ring = (): void => {
    this.#happened = true
    this.#end()
  }

  /** Until {@link ring} since the last wait, or for so many milliseconds, or until the signal. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.#happened) {
      const rung = new AbortController()
      this.#end = () => rung.abort()
      await sleep(milliseconds, AbortSignal.any([signal, rung.signal]))
    }
    this.#happened = false
  }
}

/** Waits, but not longer than until the signal. */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal }).catch(() => undefined)
}
