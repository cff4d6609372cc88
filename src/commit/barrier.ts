import { refusal } from '../base/failure.ts'
import type { Context } from '../plan/context.ts'
import { planData } from '../plan/data.ts'
import { makeExpander } from '../plan/expand.ts'
import type { Plan } from '../plan/plan.ts'
import { makeRedact } from '../plan/redact.ts'
import { refuseSensitiveDrift } from '../plan/sensitive.ts'
import { keepWritten } from '../state/last-written.ts'
import { refuseInterrupted } from '../system/interruption.ts'
import type { Places } from '../system/places.ts'
import type { Companion } from '../system/state-file.ts'
import type { System } from '../system/system.ts'
import { traceTemplate } from '../template/trace.ts'
import { type Checker, CheckerTable } from './checkers.ts'
import { commit } from './commit.ts'
import { askSiteChecks, judgeInPlace, judgeStaged, NOTHING, type Verdict } from './judge.ts'
import { locateInFragments } from './locate.ts'

/**
 * Commits a plan once it has passed the barrier: the site's checks and the daemons' own checkers run first, all their objections
 * are shown, and nothing changes if any of them refuses.
 * @param companions files of gabarit's own state that are committed with the plan, or not at all
 * @param last called when all checks have passed: the last chance to throw
 * @returns the checks that ran, for the history
 * @throws Failure (refused)
 */
export async function applyPlan(
  context: Context,
  plan: Plan,
  companions: readonly Companion[] = [],
  last: () => void = () => undefined,
): Promise<readonly string[]> {
  const { places, system, warn } = context
  refuseSensitiveDrift(plan, context.mayOverwrite ?? (() => false))
  const ran: string[] = []
  const checkers = new CheckerTable(places).of(plan.changes)
  const obey = (...verdicts: Verdict[]) => {
    // The signal also ended the checks, so their results do not count.
    refuseInterrupted()
    for (const warning of verdicts.flatMap(({ warnings }) => warnings)) warn(warning)
    ran.push(...verdicts.flatMap(verdict => verdict.ran))
    const problems = verdicts.flatMap(verdict => verdict.problems)
    if (problems.length === 0) return
    const trace = (template: string) => traceTemplate(tracer => makeExpander(context, tracer), `/${template}`)
    const located = problems.map(problem => locateInFragments(problem, plan, trace))
    throw refusal(located.join('\n'), { hint: 'Nothing was changed.' })
  }
  const checkInPlace = async () => {
    // In a dry run there is nothing in place that a checker could see.
    if (system.dryRun) return warn('the checkers did not run: no private view can be created here')
    warn('the files were put in place before they were checked: no private view could be created')
    obey(await judgeInPlace(checkers, system))
    last()
  }
  const ask = async () => {
    if (context.judge !== 'never') {
      const site = await askSiteChecks(() => JSON.stringify(planData(plan, makeRedact(places))), places, system)
      const verdict = await judge(checkers, plan, places, system)
      obey(site, verdict ?? NOTHING)
      if (verdict === undefined) return checkInPlace
    }
    last()
    return undefined
  }
  await commit(plan, places, system, ask, companions)
  // What was written is needed later, if somebody edits the file by hand.
  if (plan.manifestChanged) keepWritten(plan.manifest, places, system, warn)
  return ran
}

/** How many files a warning names. */
const SHOWN = 10

async function judge(
  checkers: readonly Checker[],
  plan: Plan,
  places: Places,
  system: System,
): Promise<Verdict | undefined> {
  if (checkers.length === 0) return NOTHING
  if (places.root !== '/') {
    const paths = [...new Set(checkers.flatMap(checker => checker.paths))]
    const more = paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : ''
    return { ...NOTHING, warnings: [`not checked below ${places.root}: ${paths.slice(0, SHOWN).join(', ')}${more}`] }
  }
  return judgeStaged(checkers, plan, system, places)
}
