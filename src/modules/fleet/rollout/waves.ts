import { compareBytes } from '../../../base/byte-order.ts'

/** What decides in which wave a host is. */
export interface Rank {
  readonly groups: readonly string[]
  readonly controller: boolean
}

/** The group whose hosts try a release first. */
const CANARY = 'canary'

/**
 * The waves of a roll-out: the canaries, a tenth of the rest, all others. Without a group of canaries, the first host is one.
 * Controllers come last, because without them nobody halts.
 */
export function wavesOf(members: ReadonlyMap<string, Rank>): readonly (readonly string[])[] {
  const hosts = [...members]
    .sort(([a, one], [b, other]) => Number(one.controller) - Number(other.controller) || compareBytes(a, b))
    .map(([name]) => name)
  const named = hosts.filter(name => members.get(name)?.groups.includes(CANARY))
  const canaries = named.length > 0 ? named : hosts.slice(0, 1)
  const rest = hosts.filter(name => !canaries.includes(name))
  const share = Math.ceil(rest.length / 10)
  return [canaries, rest.slice(0, share), rest.slice(share)].filter(wave => wave.length > 0)
}
