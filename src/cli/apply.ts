import { refusal } from '../base/failure.ts'
import { type Prepared, prepareRecords } from '../event/prepare.ts'
import { isSetUp, type Survey, surveyOnceSetUp } from '../event/survey.ts'
import { waitingRecords } from '../event/waiting.ts'
import { staleOverrides } from '../override/stale.ts'
import { makeContext } from '../plan/context.ts'
import { planId } from '../plan/data.ts'
import { withMade } from '../plan/made.ts'
import { planOutputs } from '../plan/planner.ts'
import { makeRedact } from '../plan/redact.ts'
import type { PropertyChange } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { changesSince } from '../state/history/snapshot.ts'
import type { Output } from '../template/output.ts'
import { askFirst, type CommandResult, confirmWithin } from '../terminal/ask-first.ts'
import { changeLines } from '../terminal/change-lines.ts'
import type { Invocation } from '../terminal/command.ts'
import { refuseOutdatedPlan } from '../terminal/outdated-plan.ts'
import { gatherer } from '../terminal/reporter.ts'
import { askedBy, withEventLock } from '../terminal/run-context.ts'
import type { Work } from '../transaction/run.ts'
import { Transaction } from '../transaction/transaction.ts'

/** `gabarit apply` */
export function run(invocation: Invocation): Promise<number> {
  return askFirst(invocation, apply)
}

async function apply(invocation: Invocation, shown: string | undefined): Promise<CommandResult> {
  const { flag, value, print, places } = invocation
  const { gather, data } = gatherer(invocation)
  const json = flag('json')
  const inWords = !json && !flag('json-lines')
  const run = async (work: Work) => {
    const prepared = await prepare(invocation, work)
    const { made, changes, requests } = prepared
    const context = {
      ...work.context,
      replaced: prepared.databases,
      made: new Map(made.map(file => [file.path, file])),
    }
    const request = { asked: askedBy(invocation, 'apply', []), ...confirmWithin(invocation) }
    const options = { ...request, windowOfServices: value('confirm-within') !== 'no' }
    const transaction = new Transaction(options, { ...work, context })
    transaction.takeSnapshot()
    for (const failure of prepared.failures) transaction.noteReported(failure.describe())
    const surveyed = surveyOnceSetUp(context)
    const found = { ...surveyed, properties: withMore(surveyed.properties, changes) }
    const templates = flag('all') ? templatesOf(found.outputs) : templatesToApply(found)
    if (found.problems.length > 0) throw refusal(found.problems.join('\n'), { hint: 'Nothing was changed.' })
    const outputs = found.outputs.filter(({ template }) => templates.has(template))
    const plan = withMade(planOutputs(context, outputs, [...templates, ...found.gone]), made, context)
    const id = planId(plan, changes)
    refuseOutdatedPlan(id, shown ?? value('plan'))
    for (const message of waitingRecords(context)) context.warn(message)
    for (const message of staleOverrides(context.places, context.layers, [...templates])) context.warn(message)
    if (inWords && found.properties.length > 0) print(changeLines(found.properties).join('\n'))
    const status = await transaction.applyWith(plan, changes, requests)
    const { dryRun } = context.system
    if (inWords && dryRun) print(`plan ${id}: gabarit apply --plan ${id}`)
    const all = { dryRun, status, properties: found.properties, ...data(), plan: id }
    if (json) print(makeRedact(places)(JSON.stringify(all, null, 2)))
    return { status, plan: id }
  }
  return withEventLock(invocation, 'gabarit apply', run, json ? gather : undefined)
}

/** Defaults, and what belongs to new and deleted records: before the first event, which makes all of it, nothing. */
async function prepare(invocation: Invocation, { context, report }: Work): Promise<Prepared> {
  const since = new History(context.places).lastApplied()
  if (since === undefined && !isSetUp(context))
    return { databases: new Map(), changes: [], failures: [], made: [], requests: [] }
  const dry = context.system.dryRun ? invocation : invocation.asDryRun()
  const properties = since === undefined ? [] : changesSince(context.places, since)
  return prepareRecords(makeContext(dry.places, dry.system, context.warn), properties, report)
}

/** A dry run has found them already: they are in its view of the databases. */
function withMore(found: readonly PropertyChange[], more: readonly PropertyChange[]): PropertyChange[] {
  const idOf = ({ database, key, property }: PropertyChange) => JSON.stringify([database, key, property])
  const known = new Set(found.map(idOf))
  return [...found, ...more.filter(change => !known.has(idOf(change)))]
}

/**
 * What changed properties affect, and what differs for another reason: a template may have changed, or an event applied a
 * property only elsewhere. A manually edited file is left alone unless a property requires it.
 */
export function templatesToApply(found: Survey): Set<string> {
  const differing = found.plan.changes.filter(change => !change.edited).map(({ template }) => template)
  return new Set([
    ...templatesOf(found.outputs.filter(reader(found))),
    ...differing.filter(name => !found.gone.includes(name)),
  ])
}

function templatesOf(outputs: readonly Output[]): Set<string> {
  return new Set(outputs.map(({ template }) => template))
}

/** Whether an output read a record that changed since the last event. */
function reader({ properties }: Survey): (output: Output) => boolean {
  const changed = new Set(properties.map(({ database, key }) => `${database}\0${key}`))
  const databases = new Set(properties.map(({ database }) => database))
  return ({ reads }) =>
    reads.some(({ database, key }) =>
      key === undefined ? databases.has(database) : changed.has(`${database}\0${key}`),
    )
}
