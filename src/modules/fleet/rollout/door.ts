import { messageOf } from '../../../base/failure.ts'
import type { Places } from '../../../system/places.ts'
import { answerJoins } from '../joining/answer.ts'
import { JOINS_PREFIX, LEAVING_PREFIX } from '../store/keys.ts'
import type { Store } from '../store/store.ts'
import { toldOnce } from './told-once.ts'
import { Wakeup } from './wakeup.ts'

/** Milliseconds between two looks, if nothing is told. */
const PACE = 60_000

/** Lets in hosts that ask to join, and out those that leave, until the signal. The leader does it. */
export async function keepDoor(
  store: Store,
  places: Places,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const wakeup = new Wakeup()
  const watches = [JOINS_PREFIX, LEAVING_PREFIX].map(prefix => store.watch(prefix, wakeup.ring, signal))
  const watching = Promise.all(watches).catch(error => tell(messageOf(error)))
  const tryToAnswer = toldOnce(tell, async () => {
    for (const line of await answerJoins(store, places, new Date())) tell(line)
  })
  while (!signal.aborted) {
    await tryToAnswer()
    await wakeup.wait(PACE, signal)
  }
  await watching
}
