import { orUndefined, refusal } from '../base/failure.ts'
import { shortList } from '../base/short-list.ts'
import { describeDifference } from '../effective/difference.ts'
import { type Ask, type Found, read } from '../effective/look.ts'
import { probesOf, type Question, questionsOf } from '../effective/probes.ts'
import type { Context } from '../plan/context.ts'
import { planData } from '../plan/data.ts'
import { databaseLoader, makeExpander } from '../plan/expand.ts'
import type { Plan } from '../plan/plan.ts'
import { makeRedact } from '../plan/redact.ts'
import { refuseSensitiveDrift } from '../plan/sensitive.ts'
import { keepWritten } from '../state/last-written.ts'
import { refuseInterrupted } from '../system/interruption.ts'
import type { Companion } from '../system/state-file.ts'
import { traceTemplate } from '../template/trace.ts'
import { certificateProblems } from './certificates.ts'
import { type Checker, CheckerTable } from './checkers.ts'
import { commit } from './commit.ts'
import { askSiteChecks, judgeInPlace, NOTHING, runStaged, type Verdict, verdict } from './judge.ts'
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
      const judged = await judge(checkers, plan, context)
      obey(site, judged ?? NOTHING, compareCertificates(plan, context))
      if (judged === undefined) return checkInPlace
    }
    last()
    return undefined
  }
  await commit(plan, places, system, ask, companions)
  // What was written is needed later, if somebody edits the file by hand.
  if (plan.manifestChanged) keepWritten(plan.manifest, places, system, warn)
  return ran
}

/** Compares the certificates that changed files name: not all daemons do before they load them. */
function compareCertificates({ changes }: Plan, { places, system }: Context): Verdict {
  if (places.root !== '/') return NOTHING
  const written = new Map(changes.flatMap(change => (change.kind === 'write' ? [[change.path, change.after]] : [])))
  const read = (path: string) => {
    const content = written.get(path)
    return content === undefined ? orUndefined(() => system.read(path)) : Buffer.from(content)
  }
  return { ...NOTHING, problems: certificateProblems([...written.keys()], read) }
}

/** How many files a warning names. */
const SHOWN = 10

/** The checkers, and the probes of what would be in effect, both on the staged set. */
async function judge(
  checkers: readonly Checker[],
  plan: Plan,
  { places, system, ...context }: Context,
): Promise<Verdict | undefined> {
  const paths = [...new Set(checkers.flatMap(checker => checker.paths))]
  if (places.root !== '/') {
    if (paths.length === 0) return NOTHING
    return { ...NOTHING, warnings: [`not checked below ${places.root}: ${shortList(paths, SHOWN)}`] }
  }
  const questions = stagedQuestions(plan, { places, ...context })
  const commands = [...checkers, ...questions].map(({ command }) => command)
  if (commands.length === 0) return NOTHING
  const results = await runStaged(commands, plan, system, places)
  if (results === undefined) return undefined
  const checked = verdict(checkers, results)
  // A daemon that refuses its files cannot say what would be in effect.
  if (checked.problems.length > 0) return checked
  const ask: Ask = async more => (await runStaged(more, plan, system, places)) ?? []
  return together(checked, await read(questions, results.slice(checkers.length), places, plan.manifest, ask), questions)
}

/** What is asked about the services that have to read changed files. */
function stagedQuestions({ notify }: Plan, context: Pick<Context, 'places' | 'replaced' | 'descriptions'>): Question[] {
  if (notify.length === 0) return []
  const { places, descriptions } = context
  const configuration = databaseLoader(context)('configuration')
  const records = [...new Set(notify.map(entry => entry.replace(/:.*/s, '')))].flatMap(
    key => configuration.get(key) ?? [],
  )
  const probes = records.flatMap(record => probesOf(record, descriptions)).filter(({ how }) => how.when === 'before')
  return probes.flatMap(probe => questionsOf(probe, places))
}

function together(checked: Verdict, { differences, problems }: Found, questions: readonly Question[]): Verdict {
  const said = (warns: boolean) => differences.filter(one => one.warns === warns).map(describeDifference)
  const unasked = problems.map(problem => `what would be in effect is not known: ${problem}`)
  return {
    problems: said(false),
    warnings: [...checked.warnings, ...said(true), ...unasked],
    ran: [...checked.ran, ...questions.map(({ command }) => command.join(' '))],
  }
}
