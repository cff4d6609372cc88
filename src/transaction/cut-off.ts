import { Failure, messageOf } from '../base/failure.ts'
import type { PreparedChanges } from '../state/history/databases.ts'

/** A run that ends between its files and its databases. The note beside the files says what is missing: the next command makes it. */
export class CutOff extends Failure {}

/**
 * The files are in place: the properties that belong to them follow, now or by the next command.
 * @throws CutOff
 */
export function moveDatabases(databases: PreparedChanges | undefined): void {
  try {
    databases?.commit()
  } catch (error) {
    throw new CutOff(`the files are in place, and not yet the properties that belong to them: ${messageOf(error)}`, {
      hint: 'The next gabarit command that changes files sets them.',
      cause: error,
    })
  }
}
