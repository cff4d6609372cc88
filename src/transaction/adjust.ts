import { messageOf } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { millisecondsOf } from '../base/time.ts'
import type { Records } from '../db/record.ts'
import type { Context } from '../plan/context.ts'
import { databaseLoader } from '../plan/expand.ts'
import type { Plan } from '../plan/plan.ts'
import { History } from '../state/history/history.ts'
import { loadSnapshot } from '../state/history/snapshot.ts'
import { parseAction, resolveActions, type ServiceAction } from '../system/service/actions.ts'
import type { Adjustment, AdjustmentResult, Request } from '../system/service/adjustment.ts'
import { type Run, resultOf, type ServiceManager, type Unit } from '../system/service/manager.ts'
import { managersOf } from '../system/service/one-shot.ts'
import { unitOf } from '../system/service/unit-of.ts'
import type { System } from '../system/system.ts'
import { refusedServices } from './refused.ts'
import { distinct, readPending, requestsOfPlan } from './requests.ts'

/**
 * Combines all requests into one adjustment per service. A service without a record is skipped, and an unknown word is
 * reported; the others are still adjusted.
 */
export function collectAdjustments(
  requests: readonly Request[],
  configuration: Records,
): { adjustments: Adjustment[]; warnings: string[]; problems: string[] } {
  const warnings: string[] = []
  const problems: string[] = []
  const asked = new Map<string, { actions: ServiceAction[]; words: string[] }>()
  for (const { service, word, source } of requests) {
    if (!configuration.has(service)) {
      const hint = didYouMean(service, configuration.keys())
      warnings.push(`${source}: skipped service "${service}", which has no record in the configuration database${hint}`)
      continue
    }
    try {
      const known = asked.get(service) ?? { actions: [], words: [] }
      if (word !== '') known.actions.push(parseAction(word))
      known.words.push(word)
      asked.set(service, known)
    } catch (error) {
      problems.push(`${source}: ${messageOf(error)}`)
    }
  }
  const adjustments = [...asked].flatMap(([service, { actions, words }]) => {
    const record = configuration.get(service)
    if (record === undefined) return []
    const enabled = record.properties.get('status') === 'enabled'
    return [{ service, unit: unitOf(record), actions: resolveActions(actions, enabled), words: [...new Set(words)] }]
  })
  // Services that stop come first, to free their ports for others.
  const rank = ({ actions }: Adjustment) => (actions.includes('stop') ? 0 : 1)
  return { adjustments: adjustments.toSorted((a, b) => rank(a) - rank(b)), warnings, problems }
}

/**
 * The adjustments that committing a plan would cause, with those pending from earlier events.
 * @param others requests besides those of the plan
 */
export async function wouldAdjust(
  context: Context,
  plan: Plan,
  others: readonly Request[],
): Promise<{ service: string; command: string }[]> {
  const configuration = databaseLoader(context)('configuration')
  const requests = distinct([...readPending(context.places), ...requestsOfPlan(plan), ...others])
  const managerOf = managersOf(configuration, context.places, context.system)
  const { ask } = commandsOf(context.system)
  const found: { service: string; command: string }[] = []
  for (const { service, unit, actions } of collectAdjustments(requests, configuration).adjustments) {
    const manager = managerOf(unit)
    for (const action of actions)
      if (!(await isNothing(manager, action, ask, () => wasOn(context, service))))
        found.push({ service, command: manager.describe(unit, action) })
  }
  return found
}

/**
 * Adjusts the services one after the other; one that fails or hangs does not block the next. None is told to load what its
 * checkers refuse, and one that its manager does not know is skipped: it can neither be started nor be running.
 * @param plan what a dry run would have written
 * @param begin called with each service before it is adjusted
 * @param report called with each action after it
 */
export async function adjustServices(
  adjustments: readonly Adjustment[],
  managerOf: (unit: Unit) => ServiceManager,
  context: Context,
  plan: Plan | undefined,
  begin: (service: string) => void,
  report: (result: AdjustmentResult) => void,
): Promise<{ failed: Adjustment[]; skipped: Adjustment[]; refused: ReadonlyMap<string, string> }> {
  const failed: Adjustment[] = []
  const skipped: Adjustment[] = []
  const { run, ask } = commandsOf(context.system)
  // A service without a process has nothing to lose: if its program fails, the former state stays in force.
  const daemons = adjustments.filter(({ actions, unit }) => !actions.includes('stop') && !managerOf(unit).oneShot)
  const loading = daemons.map(({ service }) => service)
  const refused = await refusedServices(loading, context, plan)
  for (const adjustment of adjustments) {
    const { service, unit, actions } = adjustment
    begin(service)
    const manager = managerOf(unit)
    const objection = refused.get(service)
    for (const action of actions) {
      if (await isNothing(manager, action, ask, () => wasOn(context, service))) continue
      const { status, problem, output } =
        objection === undefined ? await manager.adjust(run, unit, action) : resultOf(objection)
      const said =
        problem ?? (status === 0 ? undefined : `exit status ${status}${output === '' ? '' : `: ${output.trim()}`}`)
      if ((said !== undefined || manager.idle === true) && (await manager.isUnknown?.(ask, unit)) === true) {
        skipped.push(adjustment)
        if (action !== 'stop') context.warn(`${service} is skipped: ${manager.name} has no service ${unit.name}`)
        break
      }
      const command = manager.describe(unit, action)
      const done = said === undefined && manager.idle !== true
      const result = { service, action, command, done, problem: said, output: output.trim() }
      report(objection === undefined ? result : { ...result, refused: true })
      if (said === undefined) continue
      failed.push(adjustment)
      break
    }
  }
  return { failed, skipped, refused }
}

/** How commands of a service manager are run: those that adjust, and those that only ask. */
function commandsOf(system: System): { run: Run; ask: Run } {
  // supervisorctl reads a supervisord.conf in its current folder, which may belong to anybody.
  const options = { cwd: '/', timeout: millisecondsOf(system.env.GABARIT_SERVICE_TIMEOUT, 90_000) }
  return { run: command => system.run(command, options), ask: command => system.ask(command, options) }
}

/** Whether an action would stop what does not run. */
async function isNothing(manager: ServiceManager, action: ServiceAction, ask: Run, wasOnBefore: () => boolean) {
  return action === 'stop' && (await manager.isNothing?.(ask, wasOnBefore)) === true
}

/** Whether a service was on when the last event took effect. */
function wasOn({ places }: Context, service: string): boolean {
  const history = new History(places)
  const { configuration } = history.lastApplied()?.databases ?? {}
  const before = loadSnapshot(configuration === undefined ? {} : { configuration }, history.objects)
  return before.get('configuration')?.get(service)?.properties.get('status') === 'enabled'
}
