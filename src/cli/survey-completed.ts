import { initializeDatabases } from '../db/initialize.ts'
import { type Survey, survey, surveyOnceSetUp } from '../event/survey.ts'
import { type Context, makeContext } from '../plan/context.ts'
import type { Invocation } from '../terminal/command.ts'

/** A survey, and the records that lack only defaults, as `DATABASE KEY`: it then looks as if they had them. */
export interface CompletedSurvey extends Survey {
  readonly incomplete: readonly string[]
}

/** As {@link surveyOnceSetUp}, but every record has its defaults, as when an event runs. */
export function surveyCompleted(invocation: Invocation, context: Context): CompletedSurvey {
  const heard: string[] = []
  const found = surveyOnceSetUp({ ...context, warn: message => heard.push(message) })
  const { places, system } = invocation.asDryRun()
  const changed = initializeDatabases(places).flatMap(({ name, changed }) => changed.map(key => `${name} ${key}`))
  if (changed.length === 0) {
    for (const message of heard) context.warn(message)
    return { ...found, incomplete: [] }
  }
  const { plan, problems } = survey(makeContext(places, system, context.warn))
  return { ...found, plan, problems, incomplete: problems.length === found.problems.length ? [] : changed }
}

/** What to say of records that lack only defaults. */
export function incompleteLines(incomplete: readonly string[]): string[] {
  return incomplete.map(record => `${record}: its defaults are missing; events and gabarit apply fill them in`)
}
