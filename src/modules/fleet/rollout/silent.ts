import { orUndefined } from '../../../base/failure.ts'
import { moment, recordOf } from '../../../base/shape.ts'
import { SILENT_KEY } from '../store/keys.ts'
import type { Compared, Store } from '../store/store.ts'
import { isSilent, type Observed } from './observed.ts'

const silent = recordOf(moment)

/** Notes for people which hosts are silent, and since when: who looks once cannot know. It is written only when it changes. */
export class SilentList {
  readonly #store: Store
  readonly #fence: Compared
  /** What the note says; a new leader does not know. */
  #names: string | undefined

  constructor(store: Store, fence: Compared) {
    this.#store = store
    this.#fence = fence
  }

  /** @param interval of reports, in milliseconds */
  async update(observed: ReadonlyMap<string, Observed>, interval: number, now: number): Promise<void> {
    const wall = Date.now()
    const since = [...observed].flatMap(([host, seen]) =>
      isSilent(seen, interval, now) ? [[host, new Date(wall - (now - seen.heard)).toISOString()] as const] : [],
    )
    const names = since.map(([host]) => host).join(' ')
    if (names === this.#names) return
    const value = JSON.stringify(Object.fromEntries(since))
    if (await this.#store.commit([this.#fence], [{ key: SILENT_KEY, value }])) this.#names = names
  }
}

/** The hosts that the leader has not heard of for too long, and since when. */
export async function readSilent(store: Store): Promise<Readonly<Record<string, string>>> {
  const { value = '{}' } = (await store.get(SILENT_KEY)) ?? {}
  return orUndefined(() => silent(JSON.parse(value))) ?? {}
}
