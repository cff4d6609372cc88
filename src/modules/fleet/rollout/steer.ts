import { refusal } from '../../../base/failure.ts'
import type { Places } from '../../../system/places.ts'
import { ROLLOUT_KEY } from '../store/keys.ts'
import type { Store } from '../store/store.ts'
import type { Rollout } from './rollout.ts'
import { type Found, openRollouts } from './rollouts.ts'

/** The roll-out as it stands. @throws Failure (refused) if there is none */
export async function presentRollout(store: Store, places: Places): Promise<Found> {
  const found = openRollouts(places).read(await store.get(ROLLOUT_KEY))
  if (found === undefined) throw refusal('nothing was published yet', { hint: 'gabarit fleet publish' })
  return found
}

/**
 * Changes the roll-out by hand. If the leader has made a step meanwhile, the change is made to that.
 * @throws Failure (refused) if there is none
 */
export async function steer(store: Store, places: Places, change: (rollout: Rollout) => Rollout): Promise<Rollout> {
  const rollouts = openRollouts(places)
  for (;;) {
    const { rollout, revision } = await presentRollout(store, places)
    const changed = change(rollout)
    const compare = [{ key: ROLLOUT_KEY, revision }]
    if (await store.commit(compare, [{ key: ROLLOUT_KEY, value: rollouts.text(changed) }])) return changed
  }
}

/** @throws Failure (refused) if it is not under way */
export function halted(rollout: Rollout, reason: string): Rollout {
  if (rollout.state === 'running') return { ...rollout, state: 'halted', reason }
  const how = rollout.state === 'done' ? 'is everywhere already' : `is halted already: ${rollout.reason}`
  const hint = rollout.state === 'done' ? 'To take it back: gabarit fleet back RELEASE' : undefined
  throw refusal(`release ${rollout.release} ${how}`, { hint })
}

/** @throws Failure (refused) if it is not halted */
export function needHalted(rollout: Rollout): Rollout {
  if (rollout.state === 'halted') return rollout
  throw refusal(`release ${rollout.release} is not halted`, { hint: 'Look at it: gabarit fleet status' })
}
