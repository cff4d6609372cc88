import { Failure, messageOf } from '../base/failure.ts'
import type { PreparedChanges } from '../state/history/databases.ts'

/** A run that ended between its files and its databases. The note says what is missing, and the next command does it. */
export class Interrupted extends Failure {}

/**
 * The files are in place. Changes the properties that belong to them, or leaves that to the next command.
 * @throws Interrupted
 */
export function commitDatabases(databases: PreparedChanges | undefined): void {
  try {
    databases?.commit()
  } catch (error) {
    throw new Interrupted(
      `the files are in place, but not yet the properties that belong to them: ${messageOf(error)}`,
      {
        hint: 'The next gabarit command that changes files sets them.',
        cause: error,
      },
    )
  }
}
