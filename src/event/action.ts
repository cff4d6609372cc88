import type { Context } from '../plan/context.ts'
import type { MadeFile } from '../plan/made.ts'
import type { PropertyChange } from '../state/history/entry.ts'

/** What an action that runs in this process works with. It runs in a dry run, too, and then changes nothing. */
export interface ActionRun {
  /** Its databases are those that a dry run would leave; `event` has the name and the arguments. */
  readonly context: Context
  /** Tells people what it does. */
  readonly say: (line: string) => void
  /** Adds a file to those that the event commits. */
  readonly make: (file: MadeFile) => void
  /** Notes in the history what no rollback takes back, such as a certificate that was issued. */
  readonly lasting: (what: string) => void
  /** Changes databases at once; a dry run goes on as if it had. */
  readonly change: (changes: readonly PropertyChange[]) => void
}

/** An action in TypeScript. It throws a Failure when it fails. */
export type Action = (run: ActionRun) => Promise<void>
