import { Failure, messageOf } from '../base/failure.ts'
import type { PreparedChanges } from '../state/history/databases.ts'

/** A run that ends between its files and its databases. The note beside the files says what is missing: the next command makes it. */
export class Interrupted extends Failure {}

/**
 * The files are in place: the properties that belong to them follow, now or by the next command.
 * @throws Interrupted
 */
export function commitDatabases(databases: PreparedChanges | undefined): void {
  try {
    databases?.commit()
  } catch (error) {
    throw new Interrupted(
      `the files are in place, and not yet the properties that belong to them: ${messageOf(error)}`,
      {
        hint: 'The next gabarit command that changes files sets them.',
        cause: error,
      },
    )
  }
}
