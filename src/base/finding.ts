import { Failure, orFailure } from './failure.ts'

/** Something that a check found. Only errors make a check fail. */
export interface Finding {
  readonly level: 'error' | 'warning'
  readonly message: string
}

/** Runs a check and turns the {@link Failure} it throws, if any, into a finding. */
export function findingsOf(look: () => unknown): Finding[] {
  const found = orFailure(look)
  return found instanceof Failure ? [{ level: 'error', message: found.describe() }] : []
}
