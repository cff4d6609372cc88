import { isAbsolute, join } from 'node:path'
import { databaseFile, type Paths } from '../system/places.ts'
import { Descriptions } from './describe.ts'
import type { Draft } from './draft.ts'
import { describeProblem, type Problem, problemsFailure, propertyTypos, recordTypo, validationIsOn } from './problem.ts'
import { writeTransaction } from './store.ts'
import { changedProperties, validateChanges, validateValues } from './validate.ts'

export interface ChangeOptions {
  /** For the lock, without values: `config setprop`. */
  readonly command: string
  /** Receives the problems; the change is then not refused (an import). */
  readonly report?: (problems: readonly Problem[]) => void
  /** The prefix of a problem: the line of a batch. */
  readonly locate?: (problem: Problem) => string
  /** Receives what looks like a typo, and what is still incomplete, once the change is made. Without it, the latter is refused. */
  readonly note?: (text: string) => void
  /** It is the part of a fleet: what else a record needs, and what its values name, may be elsewhere. */
  readonly isPart?: boolean
}

/**
 * Changes a database in one transaction. What changed is checked against its description before it is written.
 * @throws Failure (refused, nothing changed) that lists every value that does not fit
 */
export function changeDatabase<Result>(
  places: Paths,
  name: string,
  options: ChangeOptions,
  change: (draft: Draft) => Result,
): Result {
  const { command, report, note, isPart = false } = options
  const makeFolder = ownsFolder(places, name)
  const notes: string[] = []
  const done = writeTransaction(databaseFile(places, name), { command, makeFolder }, draft => {
    const result = change(draft)
    if (validationIsOn() || report !== undefined) {
      const descriptions = new Descriptions(places)
      const validate = isPart ? validateValues : validateChanges
      const problems = validate(descriptions, name, draft.before, draft.records(), draft.changedKeys())
      const refused = note === undefined ? problems : problems.filter(({ incomplete }) => incomplete !== true)
      if (refused.length > 0) {
        if (report === undefined) throw problemsFailure(problems, options.locate)
        report(problems)
      }
      if (note !== undefined) notes.push(...incompleteIn(problems), ...typosIn(draft, descriptions, name))
    }
    return result
  })
  for (const text of notes) note?.(text)
  return done
}

function typosIn(draft: Draft, descriptions: Descriptions, database: string): string[] {
  return draft.changedKeys().flatMap(key => {
    const record = draft.get(key)
    if (record === undefined) return []
    const before = draft.before.get(key)
    const typo = before?.type === record.type ? undefined : recordTypo(descriptions, database, record, draft.before)
    const typos = propertyTypos(descriptions, database, record, changedProperties(before, record))
    return typo === undefined ? typos : [typo, ...typos]
  })
}

function incompleteIn(problems: readonly Problem[]): string[] {
  const incomplete = problems.filter(problem => problem.incomplete === true)
  return incomplete.map(problem => `${describeProblem(problem)}. Until then, events refuse it`)
}

/** Only gabarit's own database folder is created when missing, not one named by `DBPATH` or an absolute path. */
export function ownsFolder(places: Paths, name: string): boolean {
  return !isAbsolute(name) && places.databases === join(places.stateFolder, 'db')
}
