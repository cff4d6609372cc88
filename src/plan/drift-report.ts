import type { Drifted, DriftState } from './drift.ts'

/** Lines about files that are not as gabarit left them, with what to do, for status and verify. */
export function driftLines(drifted: readonly Drifted[]): string[] {
  return drifted.flatMap(entry => {
    if (entry.pinned !== undefined) return [pinnedLine(entry)]
    const { path, state } = entry
    switch (state) {
      case 'edited':
      case 'orphan edited':
        return [
          `${path}: ${state === 'edited' ? state : 'edited, and no longer generated'}`,
          `  ${waysOut(path, state)}`,
        ]
      case 'removed by hand':
        return [`${path}: removed by hand, will be generated again`, `  ${waysOut(path, state)}`]
      default:
        return []
    }
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
