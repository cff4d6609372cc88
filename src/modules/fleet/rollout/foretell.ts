import { identify } from '../../../base/identify.ts'
import { plural } from '../../../base/plural.ts'
import { sha256 } from '../../../base/sha256.ts'
import { serialize } from '../../../db/json.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { differenceLines, type LayerDifference } from '../release/fleet-diff.ts'
import type { Layers } from '../release/records.ts'
import type { Rollout } from './rollout.ts'

/** What a roll-out would do, before it begins. */
export interface Outlook {
  /** Another state of the fleet gives another id. */
  readonly plan: string
  readonly release: number
  readonly waves: readonly (readonly string[])[]
  readonly parts: readonly LayerDifference[]
}

/** Identifies a roll-out by everything that it would bring to its hosts. @param more what distinguishes it besides */
export function rolloutPlan({ release, attempt, waves, wave }: Rollout, ...more: readonly unknown[]): string {
  return identify([release, attempt, waves, wave, ...more])
}

/** Everything that distinguishes records and files of a fleet from others, as plain data. */
export function layerParts(layers: Layers): readonly unknown[] {
  return [...layers].map(([path, { databases, files }]) => [
    path,
    [...databases].map(([name, records]) => [name, sha256(serialize(records))]),
    [...files].map(([file, what]) => [file, 'link' in what ? what.link : [what.program, sha256(what.data)]]),
  ])
}

/** `--dry-run` of what begins or goes on with a roll-out. */
export function foretell(
  { release, waves, wave }: Rollout,
  plan: string,
  parts: readonly LayerDifference[],
  { answer, colour }: Invocation,
): number {
  const left = waves.slice(wave)
  const lines = [
    `release ${release} would go to ${plural(left.flat().length, 'host')}`,
    ...left.map((hosts, at) => `wave ${wave + at + 1}: ${hosts.join(' ')}`),
    ...differenceLines(parts, colour),
  ]
  const outlook: Outlook = { plan, release, waves: left, parts }
  return answer(outlook, lines.join('\n'))
}
