import { Failure, orFailure, unlessFailed, usageFailure } from '../base/failure.ts'
import { describeDifference, differenceData } from '../effective/difference.ts'
import { domainsWithoutHosts } from '../event/domain-hosts.ts'
import { eventsFor } from '../event/survey.ts'
import { waitingRecords } from '../event/waiting.ts'
import { findOverrides, type OverrideState } from '../override/state.ts'
import { type Context, makeContext } from '../plan/context.ts'
import { changeWord, driftData } from '../plan/data.ts'
import { driftLines } from '../plan/drift.ts'
import { databaseLoader } from '../plan/expand.ts'
import type { Change } from '../plan/plan.ts'
import type { PropertyChange } from '../state/history/entry.ts'
import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'
import { changeLines } from '../terminal/change-lines.ts'
import type { Invocation } from '../terminal/command.ts'
import { readPending } from '../transaction/requests.ts'
import { CHECKS, type DoctorFinding, examine } from './doctor/doctor.ts'
import { lookAtAll } from './doctor/effective-check.ts'
import { summary } from './entry-lines.ts'
import { MODULES } from './modules.ts'
import { confirmationLine, confirmationOrProblem, lookForConfirmation } from './show-confirmation.ts'
import { incompleteLines, surveyCompleted } from './survey-completed.ts'

/** `gabarit status`. Names what is damaged and shows everything else; the exit status is then 1. */
export async function run(invocation: Invocation): Promise<number> {
  const { places, answer } = invocation
  const open = lookForConfirmation(places)
  const pending = orFailure(() => readPending(places))
  const damaged = [open, pending].filter(read => read instanceof Failure).map(failure => failure.describe())
  const status = { ...(await lookAround(invocation)), pending: pending instanceof Failure ? [] : pending }
  const data = { ...asData(status), confirmation: confirmationOrProblem(open, places), damaged }
  const waits = open instanceof Failure || open === undefined ? [] : [open]
  const waiting = waits.map(one => `waiting for confirmation: ${confirmationLine(one)}`)
  const first = [...damaged, ...waiting]
  const idle = first.length === 0 ? 'nothing to do' : 'nothing else to do'
  return answer(data, [...first, asText(status, idle)].join('\n'), damaged.length === 0)
}

/** Everything the screen shows, except what waits for confirmation or for services. */
async function lookAround(invocation: Invocation) {
  const { io, places, system } = invocation
  const warnings = new Set<string>()
  const context = makeContext(places, system, message => warnings.add(message))
  const found = surveyCompleted(invocation, context)
  return {
    found,
    /** Events that would update all files that differ, the most fitting first. */
    events: eventsFor(places, new Set(found.plan.changes.map(({ template }) => template)), found.properties),
    overrides: findOverrides(places, context.layers),
    pages: (await Promise.all(MODULES.map(({ pages }) => pages?.(places) ?? []))).flat(),
    /** What checks of modules have found, below their headings. */
    troubles: await findTroubles(places, system, io.now()),
    warnings: [
      ...warnings,
      ...hostlessDomains(context, found.properties),
      ...(unlessFailed(() => waitingRecords(context)) ?? []),
    ],
  }
}

/** Not those that `apply` or their event would give hosts now. */
function hostlessDomains(context: Context, changes: readonly PropertyChange[]): string[] {
  if (changes.some(({ database, property }) => database === 'domains' && property === null)) return []
  return unlessFailed(() => domainsWithoutHosts(databaseLoader(context))) ?? []
}

type Status = Awaited<ReturnType<typeof lookAround>> & { readonly pending: ReturnType<typeof readPending> }

/** `gabarit verify`: the same check, exit 1 if anything differs. A pinned file is shown but does not count. */
export async function verify(invocation: Invocation): Promise<number> {
  const { places, system, answer, flag } = invocation
  const context = makeContext(places, system, () => undefined)
  const found = surveyCompleted(invocation, context)
  const differing = found.plan.changes.map(changeLine)
  const pinned = found.plan.drift.some(entry => entry.pinned !== undefined)
  const well = `everything${pinned ? ' else' : ''} matches the databases and templates`
  if (flag('effective') && places.root !== '/')
    throw usageFailure(`--effective asks the daemons of this machine, and below ${places.root} there are none`)
  const configuration = databaseLoader(context)('configuration')
  const effect = flag('effective') ? await lookAtAll({ places, system, configuration }) : undefined
  const data = {
    ...{ files: differing, drift: driftData(found.plan.drift) },
    ...{ incomplete: found.incomplete, problems: found.problems },
    ...(effect && { effective: { ...effect, differences: effect.differences.map(differenceData) } }),
  }
  const lines = [
    ...found.problems,
    ...incompleteLines(found.incomplete),
    ...differing.map(line => `would be ${line}`),
    ...(effect?.differences.map(describeDifference) ?? []),
    ...(effect?.problems.map(problem => `could not be asked: ${problem}`) ?? []),
  ]
  const missing = effect?.missing.map(name => `not asked, because it is not installed: ${name}`) ?? []
  const text = [...driftLines(found.plan.drift), ...missing, ...(lines.length === 0 ? [well] : lines)].join('\n')
  return answer(data, text, lines.length === 0)
}

async function findTroubles(places: Places, system: System, now: Date): Promise<Map<string, DoctorFinding[]>> {
  const troubles = new Map<string, DoctorFinding[]>()
  for (const check of CHECKS) {
    const heading = check.inStatus
    if (heading === undefined) continue
    const found = (await examine(places, system, now, [check])).filter(isTrouble)
    troubles.set(heading, [...(troubles.get(heading) ?? []), ...found])
  }
  return troubles
}

function isTrouble({ level, ignored }: DoctorFinding): boolean {
  return level !== 'ok' && ignored === undefined
}

function changeLine(change: Change): string {
  return `${changeWord(change)} ${change.path}`
}

function troubleLine({ message, command }: DoctorFinding): string {
  return command === undefined ? message : `${message}: ${command}`
}

/** Maximum number of events to name. */
const NAMED_EVENTS = 3

/** @param idle what it says if there is nothing else */
function asText({ found, events, pending, overrides, troubles, warnings }: Status, idle: string): string {
  const { since, properties, plan, problems, incomplete } = found
  // It runs only the actions that prepare files.
  const ways = [...events.slice(0, NAMED_EVENTS).map(name => `signal-event ${name}`), 'gabarit apply']
  const stale = overrides.filter(({ state }) => !QUIET_STATES.has(state))
  const start = since === undefined ? 'the beginning' : `entry ${since.id}`
  const sections: [title: string, lines: readonly string[]][] = [
    [`properties changed since ${start}`, changeLines(properties)],
    [`files that would change (${ways.join(', or ')})`, plan.changes.map(changeLine)],
    ['changed by hand', driftLines(plan.drift)],
    ['overrides to look at (gabarit overrides)', stale.map(({ file, state }) => `${file}: ${state}`)],
    ['pending service adjustments', pending.map(({ service, word }) => `${service}: ${word}`)],
    ...[...troubles].map(([heading, rows]): [string, string[]] => [heading, rows.map(troubleLine)]),
    ['records without their defaults (events and gabarit apply fill them in)', incomplete],
    ['problems that would stop an event', problems],
    ['warnings', warnings],
  ]
  const body = sections.flatMap(([title, lines]) =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map(line => line.replace(/^/gm, '  '))],
  )
  const last = since === undefined ? 'no event has run yet' : `last: ${summary(since)}`
  const own = overrides.length === 0 ? [] : [`overrides: ${overrides.length}`]
  return [last, ...own, ...(body.length === 0 ? [idle] : body)].join('\n')
}

/** States of overrides that need no attention. */
const QUIET_STATES: ReadonlySet<OverrideState> = new Set(['new', 'in step', 'switches off'])

function asData({ found, events, pending, overrides, troubles, warnings, pages }: Status) {
  const { since, properties, plan, problems, incomplete } = found
  return {
    since: since?.id ?? null,
    properties,
    files: plan.changes.map(change => ({ path: change.path, change: changeWord(change), edited: change.edited })),
    events,
    drift: driftData(plan.drift),
    overrides: overrides.map(({ file, state }) => ({ file, state })),
    ...Object.fromEntries(
      [...troubles].map(([heading, rows]) => [
        heading,
        rows.map(({ id, level, message, command }) => ({ id, level, message, command })),
      ]),
    ),
    pending,
    incomplete,
    problems,
    warnings,
    pages,
  }
}
