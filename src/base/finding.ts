import { Failure } from './failure.ts'

/** Something that a check found. Only errors make a check fail. */
export interface Finding {
  readonly level: 'error' | 'warning'
  readonly message: string
}

/** Looks at something, and makes a finding of what is wrong with it. */
export function findingsOf(look: () => unknown): Finding[] {
  try {
    look()
    return []
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [{ level: 'error', message: error.describe() }]
  }
}
