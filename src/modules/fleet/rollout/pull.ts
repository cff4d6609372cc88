import { refusal, usageFailure } from '../../../base/failure.ts'
import type { Places } from '../../../system/places.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { type Member, needController } from '../member.ts'
import { baseLayers, baseNumber, noteBase } from '../release/base.ts'
import { differenceLines, differences, type LayerDifference } from '../release/fleet-diff.ts'
import { readLayers } from '../release/layer-contents.ts'
import { mergeLayers, type Side } from '../release/merge.ts'
import { withRecordsLock } from '../release/records-lock.ts'
import { releaseNumbers } from '../release/release.ts'
import { layersOfRelease } from '../release/release-layers.ts'
import { withStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { bringLayers } from './earlier.ts'

/** `gabarit fleet pull`: what another controller has published since comes into the records and files here. */
export async function pull({ places, flag, colour, answer }: Invocation): Promise<number> {
  const member = needController(places)
  if (flag('mine') && flag('theirs')) throw usageFailure('--mine and --theirs exclude each other')
  const preferred = flag('mine') ? 'mine' : flag('theirs') ? 'theirs' : undefined
  const taken = await withRecordsLock(places, 'gabarit fleet pull', () =>
    withStore(places, async store => {
      const newest = Math.max(0, ...(await releaseNumbers(store)))
      return takeIn(newest, store, member, places, preferred)
    }),
  )
  const release = baseNumber(places)
  const lines = differenceLines(taken, colour)
  const nothing =
    release === 0 ? 'nothing was published yet' : `nothing has changed here, which is based on release ${release}`
  return answer({ release, parts: taken }, lines.length === 0 ? nothing : lines.join('\n'))
}

/**
 * Takes in a release.
 * @param preferred what counts where both sides have changed the same
 * @returns what has changed here
 * @throws Failure (refused, nothing changed) that names what both sides have changed, if nothing is preferred
 */
async function takeIn(
  release: number,
  store: Store,
  member: Member,
  places: Places,
  preferred: Side | undefined,
): Promise<LayerDifference[]> {
  if (release <= baseNumber(places)) return []
  const mine = readLayers(places)
  const { layers: theirs, sealed } = await layersOfRelease(store, release, member, places)
  const { layers, conflicts } = mergeLayers(
    { base: await baseLayers(places, member), mine, theirs },
    preferred ?? 'mine',
  )
  if (conflicts.length > 0 && preferred === undefined)
    throw refusal(`both this controller and release ${release} have changed:\n${conflicts.join('\n')}`, {
      hint: 'Nothing was changed. What stands here counts: gabarit fleet pull --mine\nWhat the release says: gabarit fleet pull --theirs',
    })
  bringLayers(places, layers, 'gabarit fleet pull')
  noteBase(places, release, sealed)
  return differences(mine, layers, places)
}
