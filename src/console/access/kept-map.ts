import { mapOf, partOf, type Shape } from '../../base/shape.ts'
import type { Places } from '../../system/places.ts'
import { indented, inOrder, StateFile } from '../../system/state-file.ts'

/** What the console keeps in one file, by its name. One process at a time changes it. */
export class KeptMap<T> {
  readonly #name: string
  readonly #what: string
  readonly #file: StateFile<ReadonlyMap<string, T>>

  /**
   * @param name of the file, and of its part
   * @param what it is, for messages: `the sessions of the console`
   * @param wayOut what to do if it is damaged
   */
  constructor(name: string, what: string, shape: Shape<T>, wayOut: string) {
    this.#name = name
    this.#what = what
    const format = (all: ReadonlyMap<string, T>) => indented({ version: 1, [name]: inOrder(all) })
    const kind = { what: `the list of ${what}`, shape: partOf(name, mapOf(shape)), wayOut, format }
    this.#file = new StateFile(`${name}.json`, kind, consoleState)
  }

  /** @throws Failure (refused) if it is damaged */
  read(places: Places): ReadonlyMap<string, T> {
    return this.#file.read(places) ?? new Map()
  }

  /** @param run gets what is kept, and changes it */
  change(places: Places, run: (kept: Map<string, T>) => void): void {
    consoleState(places).withLock(this.#name, `the ${this.#what}`, 'gabarit web', () => {
      const kept = new Map(this.read(places))
      run(kept)
      this.#file.write(places, kept)
    })
  }
}

/** The folder of what the console keeps. */
function consoleState({ state }: Places) {
  return state.within('console')
}
