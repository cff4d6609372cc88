import { Failure } from './failure.ts'

/** Something that a check found. Only errors make a check fail. */
export interface Finding {
  readonly level: 'error' | 'warning'
  readonly message: string
}

/** Runs a check and turns the {@link Failure} it throws, if any, into a finding. */
export function findingsOf(look: () => unknown): Finding[] {
  try {
    look()
    return []
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [{ level: 'error', message: error.describe() }]
  }
}
