import { isAbsolute, join } from 'node:path'
import { databaseFile, type Places } from '../system/places.ts'
import { Descriptions } from './describe.ts'
import type { Draft } from './draft.ts'
import { type Problem, problemsFailure, validationIsOn } from './problem.ts'
import { propertyTypos } from './property-typos.ts'
import { writeTransaction } from './store.ts'
import { changedProperties, validateChanges } from './validate.ts'

export interface ChangeOptions {
  /** For the lock, without values: `config setprop`. */
  readonly command: string
  /** Told the problems instead of refusing the change (an import). */
  readonly report?: (problems: readonly Problem[]) => void
  /** What stands before a problem: the line of a batch. */
  readonly locate?: (problem: Problem) => string
  /** Told of names of properties that look like slips, when the change is done. */
  readonly note?: (slip: string) => void
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
  const { command, report, note } = options
  const makeFolder = ownsFolder(places, name)
  const slips: string[] = []
  const done = writeTransaction(databaseFile(places, name), { command, makeFolder }, draft => {
    const result = change(draft)
    if (validationIsOn() || report !== undefined) {
      const descriptions = new Descriptions(places)
      const scope = { places, descriptions, database: name }
      const problems = validateChanges(scope, draft.before, draft.records(), draft.changedKeys())
      if (problems.length > 0) {
        if (report === undefined) throw problemsFailure(problems, options.locate)
        report(problems)
      }
      if (note !== undefined) slips.push(...slipsIn(draft, descriptions, name))
    }
    return result
  })
  for (const slip of slips) note?.(slip)
  return done
}

function slipsIn(draft: Draft, descriptions: Descriptions, database: string): string[] {
  return draft.changedKeys().flatMap(key => {
    const record = draft.get(key)
    if (record === undefined) return []
    return propertyTypos(descriptions, database, record, changedProperties(draft.before.get(key), record))
  })
}

/** Only gabarit's own folder of databases is made when it is missing, not one that `DBPATH` or an absolute name asks for. */
export function ownsFolder(places: Places, name: string): boolean {
  return !isAbsolute(name) && places.databases === join(places.state, 'db')
}
