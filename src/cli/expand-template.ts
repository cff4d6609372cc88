import { isAbsolute } from 'node:path'
import { EXIT, refusal, usageFailure } from '../base/failure.ts'
import { applyPlan } from '../commit/barrier.ts'
import type { Context } from '../plan/context.ts'
import { planData } from '../plan/data.ts'
import { expandAll, goneTemplates } from '../plan/expand.ts'
import type { Plan } from '../plan/plan.ts'
import { planOutputs } from '../plan/planner.ts'
import { makeRedact } from '../plan/redact.ts'
import { below } from '../system/places.ts'
import { listTemplates, templateName } from '../template/tree.ts'
import type { Invocation } from '../terminal/command.ts'
import { reporter, sayReport } from '../terminal/reporter.ts'
import { askedBy, contextOf } from '../terminal/run-context.ts'
import { changeFiles } from '../transaction/before-change.ts'
import type { EventReport, Reporter } from '../transaction/report.ts'
import { Transaction } from '../transaction/transaction.ts'

/** `expand-template TEMPLATE...` */
export async function run(invocation: Invocation): Promise<number> {
  const { flag, io, value, places, system, printExact } = invocation
  // A template that is named is meant, even if its file was edited by hand.
  const usual = { ...contextOf(invocation), ...(flag('all') ? {} : { mayOverwrite: () => true }) }
  const queue = value('expand_queue')
  const context = queue === undefined ? usual : { ...usual, layers: [{ folder: io.resolve(queue), custom: false }] }
  const names = namesOf(invocation, context)
  const gone = flag('all') && queue === undefined ? goneTemplates(context) : []
  const makePlan = () => planFor(context, names, gone, outputPath(invocation))
  if (flag('stdout')) {
    for (const { content } of expandAll(context, names)) printExact(content ?? '')
    return EXIT.done
  }
  const report = reporter(invocation, flag('json') ? entry => sayInJson(entry, invocation) : undefined)
  return changeFiles({ places, system, report }, 'expand-template', ({ lock }) => {
    if (value('output') !== undefined) return writeCopy(makePlan(), context, report)
    const asked = askedBy(invocation, 'expand-template', flag('all') ? ['--all'] : names)
    return write(invocation, new Transaction({ asked, leavesDatabases: true }, { context, lock, report }), makePlan)
  })
}

/** A copy elsewhere is the caller's: gabarit does not own it, no service uses it, and the history does not know it. */
async function writeCopy(plan: Plan, context: Context, report: Reporter): Promise<number> {
  report({ kind: 'planned', plan })
  const commands = await applyPlan(context, plan)
  report({ kind: 'plan', plan })
  report({ kind: 'checked', commands })
  return EXIT.done
}

/** The plan as data: of a dry run also when it is refused. What was checked is in the history. */
function sayInJson(entry: EventReport, invocation: Invocation): void {
  const { places, system, answer } = invocation
  if (entry.kind === (system.dryRun ? 'planned' : 'plan')) answer(planData(entry.plan, makeRedact(places)), '')
  else if (!['planned', 'plan', 'checked'].includes(entry.kind)) sayReport(entry, invocation)
}

/** Applies no property and adjusts no service: requests of the files wait for the next event. */
function write(invocation: Invocation, transaction: Transaction, makePlan: () => Plan): Promise<number> {
  const { flag, print } = invocation
  return transaction.conclude(async () => {
    const plan = makePlan()
    await transaction.commit(plan)
    if (!flag('json') && plan.notify.length > 0)
      print(`the next event (or gabarit apply) will adjust the services: ${plan.notify.join(' ')}`)
  })
}

function namesOf({ args, flag, value }: Invocation, context: Context): readonly string[] {
  if (flag('all')) {
    if (args.length > 0) throw usageFailure('--all takes no template names')
    return listTemplates(context.layers).map(name => `/${name}`)
  }
  if (args.length === 0)
    throw usageFailure('missing template', 'Usage: expand-template TEMPLATE..., or expand-template --all')
  if (value('output') !== undefined && args.length > 1) throw usageFailure('--output takes one template')
  return [...new Set(args.map(name => `/${templateName(name)}`))]
}

function planFor(context: Context, names: readonly string[], gone: readonly string[], path: string | undefined): Plan {
  const outputs = expandAll(context, names)
  if (path === undefined) {
    const templates = [...names.map(name => name.slice(1)), ...gone]
    return planOutputs(context, outputs, templates)
  }
  if (outputs.some(({ content }) => content === undefined))
    throw refusal('this template generates no file, so there is nothing to write elsewhere', { where: names[0] ?? '' })
  const moved = outputs.map(made => ({ ...made, path, link: undefined }))
  const plan = planOutputs(context, moved, [])
  if (plan.folders.length > 0) throw refusal('its folder does not exist', { where: below(context.places, path) })
  return { ...plan, manifestChanged: false, notify: [] }
}

/** Where `--output` writes. An absolute path is on the server, below the root. A relative one is in the current folder, which is not. */
function outputPath({ io, value, places: { root } }: Invocation): string | undefined {
  const output = value('output')
  if (output === undefined || isAbsolute(output) || root === '/') return output && io.resolve(output)
  throw usageFailure(
    `--output ${output}: with a root other than /, give an absolute path, which is below ${root}`,
    `To write into the current folder: expand-template --stdout TEMPLATE > ${output}`,
  )
}
