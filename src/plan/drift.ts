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
type Versions = Readonly<Record<'onDisk' | 'lastWritten' | 'wanted', string | undefined>>

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

/** States that a person has to decide about, in words. */
const WORDS: Partial<Record<DriftState, string>> = {
  edited: 'edited',
  'orphan edited': 'edited, and no longer generated',
  'removed by hand': 'removed by hand, will be generated again',
}

/** Lines about files that are not as gabarit left them, with what to do, for status and verify. */
export function driftLines(drifted: readonly Drifted[]): string[] {
  return drifted.flatMap(entry => {
    if (entry.pinned !== undefined) return [pinnedLine(entry)]
    const { path, state } = entry
    const words = WORDS[state]
    return words === undefined ? [] : [`${path}: ${words}`, `  ${waysOut(path, state)}`]
  })
}

/** The line about a pinned file, which is shown in every plan. */
export function pinnedLine({ path, state, pinned = '' }: Drifted): string {
  return `${path}: pinned (${state}): ${pinned} (gabarit unpin ${path})`
}

/** Only an edited file that a template generates can become a fragment. */
function waysOut(path: string, state: DriftState): string {
  const adopt = state === 'edited' ? [`gabarit adopt ${path}`] : []
  return [...adopt, `gabarit pin ${path} --note WHY`, `gabarit restore ${path}`].join(' | ')
}
