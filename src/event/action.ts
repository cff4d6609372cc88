import type { Context } from '../plan/context.ts'
import type { MadeFile } from '../plan/made.ts'
import type { PropertyChange } from '../state/history/entry.ts'

/** What an in-process action works with. It also runs in a dry run, and then changes nothing. */
export interface ActionRun {
  /** In a dry run, its databases are as they would be by then; `event` has the name and the arguments. */
  readonly context: Context
  /** Reports what it does. */
  readonly say: (line: string) => void
  /** Reports records that it creates or deletes. */
  readonly records: (verb: 'create' | 'delete', database: string, keys: readonly string[]) => void
  /** Adds a file to those that the event commits. */
  readonly make: (file: MadeFile) => void
  /** Has the event adjust a service, with its others. */
  readonly request: (service: string, word: string) => void
  /** Records in the history what a rollback cannot undo, such as an issued certificate. */
  readonly lasting: (what: string) => void
  /** Changes databases at once; a dry run continues as if it had. */
  readonly change: (changes: readonly PropertyChange[]) => void
}

/** An action in TypeScript. It throws a Failure if it fails. */
export type Action = (run: ActionRun) => Promise<void>
