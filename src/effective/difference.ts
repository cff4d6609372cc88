import type { Probe } from './probes.ts'

/** A property and what is in effect instead of it. */
export interface Difference {
  readonly probe: Probe
  /** `sshd`; of another database than configuration with that in front: `domains example.org`. */
  readonly record: string
  /** Empty: it is about the record as a whole. */
  readonly property: string
  readonly wanted: string
  readonly holds: string
  /** The file and line or the rule that decides; empty if it is not known. */
  readonly winner: string
  /** What to do; a sentence. */
  readonly wayOut: string
  /** Whether it is only told: the event is neither refused nor does it fail. */
  readonly warns: boolean
  /** What there is to say, if it is no comparison of values. */
  readonly sentence?: string
}

const HOLDS = { before: 'would hold', after: 'holds', boot: 'will hold after the next start of the machine' }

/** A difference in words. */
export function describeDifference(difference: Difference): string {
  const { probe, record, property, wanted, holds, winner, wayOut, sentence } = difference
  if (sentence !== undefined) return `${sentence}. ${wayOut}`
  const what = `${record}${property === '' ? '' : ` ${property}`}`
  const decides = winner === '' ? '' : `: ${winner} decides`
  return `${what}: ${wanted} is wanted, but ${holds} ${HOLDS[probe.how.when]}${decides}. ${wayOut}`
}

/** For scripts. */
export function differenceData({ probe, warns, sentence: _, ...rest }: Difference) {
  return { service: probe.record.key, probe: probe.name, when: probe.how.when, level: levelOf(warns), ...rest }
}

/** How much a difference matters. */
export function levelOf(warns: boolean): 'warning' | 'error' {
  return warns ? 'warning' : 'error'
}
