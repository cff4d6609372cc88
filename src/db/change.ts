import { isAbsolute, join } from 'node:path'
import { databaseFile, type Places } from '../system/places.ts'
import { Descriptions } from './description.ts'
import type { Draft } from './draft.ts'
import { type Problem, problemsFailure, validationIsOn } from './problem.ts'
import { writeTransaction } from './store.ts'
import { validateChanges } from './validate.ts'

export interface ChangeOptions {
  /** For the lock, without values: `config setprop`. */
  readonly command: string
  /** Told the problems instead of refusing the change (an import). */
  readonly report?: (problems: readonly Problem[]) => void
  /** What stands before a problem: the line of a batch. */
  readonly locate?: (problem: Problem) => string
}

/**
 * Changes a database in one transaction, and checks what was changed against its description before it is written.
 * @throws Failure (refused, nothing changed) that lists every value that does not fit
 */
export function changeDatabase<Result>(
  places: Places,
  name: string,
  options: ChangeOptions,
  change: (draft: Draft) => Result,
): Result {
  const { command, report } = options
  const makeFolder = ownsFolder(places, name)
  return writeTransaction(databaseFile(places, name), { command, makeFolder }, draft => {
    const result = change(draft)
    if (validationIsOn() || report !== undefined) {
      const scope = { places, descriptions: new Descriptions(places), database: name }
      const problems = validateChanges(scope, draft.before, draft.records(), draft.changedKeys())
      if (problems.length > 0) {
        if (report === undefined) throw problemsFailure(problems, options.locate)
        report(problems)
      }
    }
    return result
  })
}

/** Only gabarit's own folder of databases is made when it is missing, not one that `DBPATH` or an absolute name asks for. */
export function ownsFolder(places: Places, name: string): boolean {
  return !isAbsolute(name) && places.databases === join(places.state, 'db')
}
