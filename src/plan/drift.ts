/**
 * How a generated file relates to what gabarit last wrote and to what it wants now:
 *
 * | on disk | last written | wanted | state |
 * |---|---|---|---|
 * | – | – | yes | created |
 * | – | yes | yes | removed by hand |
 * | as last written | yes | the same | managed |
 * | as wanted | – | yes | managed |
 * | as last written | yes | another | updated |
 * | as wanted | another | yes | in step by hand |
 * | neither | yes | yes | edited |
 * | another | – | yes | taken over |
 * | as last written | yes | – | orphan |
 * | another | yes | – | orphan edited |
 * | yes | – | – | taken over (a template removes it: `delete`) |
 * | – | | – | managed |
 */
export type DriftState =
  | 'created'
  | 'updated'
  | 'managed'
  | 'removed by hand'
  | 'in step by hand'
  | 'edited'
  | 'taken over'
  | 'orphan'
  | 'orphan edited'

/** Hashes of the three versions of a file; undefined: it does not exist. */
export interface Versions {
  readonly onDisk: string | undefined
  readonly lastWritten: string | undefined
  readonly wanted: string | undefined
}

/** The state of a file, for plans, status, verify and JSON alike. */
export function driftState({ onDisk, lastWritten, wanted }: Versions): DriftState {
  if (onDisk === undefined) {
    if (wanted === undefined) return 'managed'
    return lastWritten === undefined ? 'created' : 'removed by hand'
  }
  if (wanted === undefined) {
    if (lastWritten === undefined) return 'taken over'
    return onDisk === lastWritten ? 'orphan' : 'orphan edited'
  }
  if (lastWritten === undefined) return onDisk === wanted ? 'managed' : 'taken over'
  if (onDisk === lastWritten) return onDisk === wanted ? 'managed' : 'updated'
  return onDisk === wanted ? 'in step by hand' : 'edited'
}

/** Whether writing or removing the file would lose a manual edit. */
export function isEdited(state: DriftState): boolean {
  return state === 'edited' || state === 'orphan edited'
}

/** Whether a person has changed something since gabarit last wrote the file. */
export function isChangedByHand(state: DriftState): boolean {
  return isEdited(state) || state === 'removed by hand' || state === 'in step by hand'
}

/** A file that is not as gabarit left it, or that is pinned. */
export interface Drifted {
  readonly path: string
  readonly template: string
  readonly state: DriftState
  /** Why it is kept as it is; undefined if it is not pinned. */
  readonly pinned: string | undefined
}
