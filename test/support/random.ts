/** Repeatable random numbers in [0, 1) (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** The seed of this run: `GABARIT_TEST_SEED`, else another one each time. */
export function chooseSeed(): number {
  return Number(process.env.GABARIT_TEST_SEED) || (Date.now() % 1_000_000) + 1
}

/** Choices that repeat with their seed, which is printed. */
export class Chooser {
  readonly seed = chooseSeed()
  readonly #next = random(this.seed)

  constructor() {
    process.stdout.write(`seed ${this.seed} (GABARIT_TEST_SEED)\n`)
  }

  readonly chance = (probability: number): boolean => this.#next() < probability

  readonly pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(this.#next() * items.length)]
    if (item === undefined) throw new Error('there is nothing to choose from')
    return item
  }

  /** About two out of five. */
  readonly some = <Item>(items: readonly Item[]): Item[] => items.filter(() => this.chance(0.4))
}
