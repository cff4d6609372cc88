import { isAbsolute, resolve } from 'node:path'
import { applyPlan } from '../apply/barrier.ts'
import { type Context, expandAll, goneTemplates, makeContext, planOutputs } from '../apply/run.ts'
import { beginChange } from '../confirm/turn.ts'
import { takeTurn } from '../event/one-at-a-time.ts'
import type { Reporter } from '../event/report.ts'
import { rememberOverrides } from '../override/watch.ts'
import type { Plan } from '../plan/plan.ts'
import { DryRunSystem } from '../system/dry-run-system.ts'
import { EXIT, refusal, usageFailure } from '../system/failure.ts'
import { below } from '../system/places.ts'
import { RealSystem } from '../system/real-system.ts'
import { listTemplates, templateName } from '../template/tree.ts'
import type { Invocation } from './command.ts'
import { namedToOverwrite } from './overwrite.ts'
import { planAsJson, planAsText, planSummary } from './show-plan.ts'
import { sayReport } from './signal-event.ts'

/** `expand-template TEMPLATE...` */
export async function run(invocation: Invocation): Promise<number> {
  const { flag, value, places, print, printExact, printError } = invocation
  const dryRun = flag('diff') || flag('stdout')
  const system = dryRun ? new DryRunSystem(places.root) : new RealSystem(places.root)
  const usual = {
    ...makeContext(places, system, message => printError(`warning: ${message}`)),
    // A template that is named is meant, whatever stands in its file.
    mayOverwrite: flag('all') ? namedToOverwrite(invocation) : () => true,
  }
  const queue = value('expand_queue')
  const context = queue === undefined ? usual : { ...usual, layers: [{ folder: resolve(queue), custom: false }] }
  const names = namesOf(invocation, context)
  const gone = flag('all') && queue === undefined ? goneTemplates(context) : []
  const makePlan = () => planFor(context, names, gone, value('output'))

  if (flag('stdout')) {
    for (const { content } of expandAll(context, names)) printExact(content ?? '')
    return EXIT.done
  }
  if (dryRun) {
    const plan = makePlan()
    print(flag('json') ? planAsJson(plan, places) : planAsText(plan, invocation))
    return EXIT.done
  }
  const turn = takeTurn(places, 'expand-template')
  const report: Reporter = entry => sayReport(entry, false, invocation)
  try {
    await beginChange(places, system, turn, report)
    const plan = makePlan()
    await applyPlan(context, plan)
    rememberOverrides(places, context.layers, context.warn)
    print(flag('json') ? planAsJson(plan, places) : [...planSummary(plan), ...unadjusted(plan)].join('\n'))
    return EXIT.done
  } finally {
    turn.release()
  }
}

function namesOf({ args, flag, value }: Invocation, context: Context): readonly string[] {
  if (flag('all')) {
    if (args.length > 0) throw usageFailure('--all takes no template names')
    return listTemplates(context.layers).map(name => `/${name}`)
  }
  if (args.length === 0)
    throw usageFailure('which template?', 'Usage: expand-template TEMPLATE..., or expand-template --all')
  if (value('output') !== undefined && args.length > 1) throw usageFailure('--output takes one template')
  return [...new Set(args.map(name => `/${templateName(name)}`))]
}

function planFor(
  context: Context,
  names: readonly string[],
  gone: readonly string[],
  output: string | undefined,
): Plan {
  const outputs = expandAll(context, names)
  if (output === undefined) {
    const templates = [...names.map(name => name.slice(1)), ...gone]
    return planOutputs(context, outputs, templates)
  }
  if (outputs.some(({ content }) => content === undefined))
    throw refusal('this template makes no file, so there is nothing to write elsewhere', { where: names[0] ?? '' })
  const path = outputPath(output, context.places.root)
  const moved = outputs.map(made => ({ ...made, path, link: undefined }))
  const plan = planOutputs(context, moved, [])
  if (plan.folders.length > 0) throw refusal('its folder does not exist', { where: below(context.places, path) })
  // A copy elsewhere is the caller's: gabarit does not own it, and no service uses it.
  return { ...plan, manifestChanged: false, notify: [] }
}

/** An absolute path is one on the server, below the root; a relative one is in the current folder, which is not. */
function outputPath(output: string, root: string): string {
  if (isAbsolute(output) || root === '/') return resolve(output)
  throw usageFailure(
    `--output ${output}: below another root than / it takes an absolute path, which is meant below ${root}`,
    `To write into the current folder: expand-template --stdout TEMPLATE > ${output}`,
  )
}

function unadjusted(plan: Plan): string[] {
  if (plan.notify.length === 0) return []
  return [`services are adjusted by signal-event only; these files want: ${plan.notify.join(' ')}`]
}
