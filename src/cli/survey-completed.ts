import { initializeDatabases } from '../db/initialize.ts'
import { type Survey, survey, surveyOnceSetUp } from '../event/survey.ts'
import { type Context, makeContext } from '../plan/context.ts'
import type { Invocation } from '../terminal/command.ts'

/** A survey, and the records that lack only defaults, as `DATABASE KEY`: it then looks as if they had them. */
export interface CompletedSurvey extends Survey {
  readonly incomplete: readonly string[]
}

/** As {@link surveyOnceSetUp}, but what is only a problem until somebody fills in the defaults is none. */
export function surveyCompleted(invocation: Invocation, context: Context): CompletedSurvey {
  const found = surveyOnceSetUp(context)
  if (found.problems.length === 0) return { ...found, incomplete: [] }
  const { places, system } = invocation.asDryRun()
  const incomplete = initializeDatabases(places).flatMap(({ name, changed }) => changed.map(key => `${name} ${key}`))
  const { plan, problems } = survey(makeContext(places, system, () => undefined))
  if (problems.length === found.problems.length) return { ...found, incomplete: [] }
  return { ...found, plan, problems, incomplete }
}
