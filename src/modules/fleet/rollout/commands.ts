import { EXIT, Failure, usageFailure } from '../../../base/failure.ts'
import { plural } from '../../../base/plural.ts'
import { caller } from '../../../system/accounts.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { refuseOutdatedPlan } from '../../../terminal/outdated-plan.ts'
import { windowSeconds } from '../../../transaction/default-window.ts'
import { type Member, needController } from '../member.ts'
import { baseLayers } from '../release/base.ts'
import { differences } from '../release/fleet-diff.ts'
import { readLayers } from '../release/layer-contents.ts'
import { withRecordsLock } from '../release/records-lock.ts'
import { layersOfRelease } from '../release/release-layers.ts'
import { withStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { bringLayers, refuseUnpublished } from './earlier.ts'
import { foretell, rolloutPlan } from './foretell.ts'
import { isWell, overviewLines, overviewOf, rolloutLine } from './overview.ts'
import { follow, type Progress, worstStatus } from './progress.ts'
import { beginRollout, type Manner, nextRollout, removeOldReleases } from './publish.ts'
import { type Rollout, resumed } from './rollout.ts'
import { halted, needHalted, presentRollout, steer } from './steer.ts'

/** `gabarit fleet publish` */
export async function publish(invocation: Invocation): Promise<number> {
  const { places, flag } = invocation
  const member = needController(places)
  const manner = mannerOf(invocation)
  return withStore(places, async store => {
    if (flag('dry-run')) {
      const layers = readLayers(places)
      const { rollout, plan } = await nextRollout(store, member, layers, manner, places)
      return foretell(rollout, plan, differences(await baseLayers(places, member), layers, places), invocation)
    }
    const begun = await withRecordsLock(places, 'gabarit fleet publish', () =>
      beginRollout(store, member, readLayers(places), manner, invocation),
    )
    await tidyUp(store, member, begun, invocation)
    return begin(store, begun, invocation)
  })
}

/** `gabarit fleet back RELEASE` */
export async function back(invocation: Invocation): Promise<number> {
  const { places, args, flag } = invocation
  const member = needController(places)
  const number = Number(args[0])
  if (!Number.isSafeInteger(number) || number < 1) throw usageFailure(`this is not the number of a release: ${args[0]}`)
  const manner = mannerOf(invocation)
  const note = manner.note === '' ? `back to release ${number}` : manner.note
  return withStore(places, async store => {
    if (flag('dry-run')) {
      await refuseUnpublished(member, places)
      const { layers } = await layersOfRelease(store, number, member, places)
      const { rollout, plan } = await nextRollout(store, member, layers, manner, places)
      return foretell(rollout, plan, differences(readLayers(places), layers, places), invocation)
    }
    const begun = await withRecordsLock(places, 'gabarit fleet back', async () => {
      await refuseUnpublished(member, places)
      const { layers } = await layersOfRelease(store, number, member, places)
      const rollout = await beginRollout(store, member, layers, { ...manner, note }, invocation)
      // What is published next begins with what is in effect.
      bringLayers(places, layers, 'gabarit fleet back')
      return rollout
    })
    await tidyUp(store, member, begun, invocation)
    return begin(store, begun, invocation)
  })
}

/** `gabarit fleet status` */
export async function status({ places, answer }: Invocation): Promise<number> {
  needController(places)
  const found = await withStore(places, store => overviewOf(store, places))
  return answer(found, overviewLines(found).join('\n'), isWell(found))
}

/** `gabarit fleet halt` */
export async function halt({ places, system, value, flag, answer }: Invocation): Promise<number> {
  needController(places)
  const { user } = caller(system.env)
  const note = value('comment')
  const reason = note === undefined ? `by ${user}` : `by ${user}: ${note}`
  return withStore(places, async store => {
    if (flag('dry-run')) {
      const { release } = halted((await presentRollout(store, places)).rollout, reason)
      const { hosts } = await overviewOf(store, places)
      const without = hosts.filter(({ status }) => status?.release !== release).map(({ name }) => name)
      return answer({ release, without }, `release ${release} would not go to: ${without.join(' ') || 'nobody'}`)
    }
    const changed = await steer(store, places, rollout => halted(rollout, reason))
    return answer(changed, rolloutLine(changed))
  })
}

/** `gabarit fleet resume` */
export async function resume(invocation: Invocation): Promise<number> {
  const { places, value, flag } = invocation
  needController(places)
  const without = new Set((value('without') ?? '').split(',').filter(name => name !== ''))
  const go = (rollout: Rollout) => {
    const unknown = [...without].filter(host => !rollout.waves.flat().includes(host))
    if (unknown.length > 0)
      throw usageFailure(
        `release ${rollout.release} is not for ${unknown.join(', ')}`,
        'gabarit fleet status lists the hosts.',
      )
    return resumed(needHalted(rollout), without)
  }
  return withStore(places, async store => {
    if (flag('dry-run')) {
      const rollout = go((await presentRollout(store, places)).rollout)
      return foretell(rollout, rolloutPlan(rollout), [], invocation)
    }
    const goOn = (rollout: Rollout) => {
      const next = go(rollout)
      refuseOutdatedPlan(rolloutPlan(next), value('plan'))
      return next
    }
    return begin(store, await steer(store, places, goOn), invocation)
  })
}

/** What is not removed now is removed by the next one. */
async function tidyUp(store: Store, member: Member, begun: Rollout, { places, warn }: Invocation): Promise<void> {
  await removeOldReleases(store, member, begun, places).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error
    warn(`old releases stay in the store: ${error.message}`)
  })
}

/** Says that it has begun, and waits for its end if asked to. */
async function begin(store: Store, begun: Rollout, invocation: Invocation): Promise<number> {
  const { flag, answer, progress } = invocation
  if (!flag('wait')) return answer(begun, `${rolloutLine(begun)}: ${plural(begun.waves.flat().length, 'host')}`)
  const rollout = await follow(store, invocation.places, begun, now => progress(sayProgress(now)))
  progress(undefined)
  const exit = rollout.release === begun.release ? await worstStatus(store, invocation.places, rollout) : EXIT.failed
  answer(rollout, rolloutLine(rollout))
  return exit
}

function sayProgress({ rollout, taken, hosts, isLed }: Progress): string {
  if (!isLed) return 'waiting for a controller that leads (gabarit-fleet)'
  return `${rolloutLine(rollout)}: ${taken.length} of ${plural(hosts.length, 'host')}`
}

/** Seconds that the hosts of a wave must be well, and after which they go back, if nothing else is said. */
const [SOAK, WITHIN] = [60, 600]
/** Hosts that change at the same time, if nothing else is said. */
const AT_ONCE = 50

/** @throws Failure (usage) for a time that cannot be one */
function mannerOf({ value }: Invocation): Manner {
  const seconds = (name: string, usual: number) => {
    const text = value(name)
    return text === undefined ? usual : windowSeconds(text)
  }
  const soak = value('soak') === 'no' ? 0 : seconds('soak', SOAK)
  const atOnce = Number(value('at-once') ?? AT_ONCE)
  if (!Number.isSafeInteger(atOnce) || atOnce < 1)
    throw usageFailure(`this is not a number of hosts: ${value('at-once')}`)
  return { note: value('comment') ?? '', soak, within: seconds('within', WITHIN), atOnce, plan: value('plan') }
}
