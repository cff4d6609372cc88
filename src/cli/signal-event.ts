import { EXIT } from '../base/failure.ts'
import { runEvent, type Signal } from '../event/run.ts'
import { NOTHING, planId } from '../plan/data.ts'
import type { Plan } from '../plan/plan.ts'
import { makeRedact } from '../plan/redact.ts'
import { commandLine } from '../state/history/entry.ts'
import { AgreedPlan, newChanges } from '../terminal/agreed-plan.ts'
import { askFirst, type CommandResult, confirmWithin } from '../terminal/ask-first.ts'
import type { Invocation } from '../terminal/command.ts'
import { refuseOutdatedPlan } from '../terminal/outdated-plan.ts'
import { gatherer, reporter } from '../terminal/reporter.ts'
import { askedBy, barrierOptions } from '../terminal/run-context.ts'
import type { Reporter } from '../transaction/report.ts'
import type { Agreement } from '../transaction/run.ts'

/** `signal-event EVENT [ARGUMENT...]` */
export async function run(invocation: Invocation): Promise<number> {
  const wanted = invocation.value('plan')
  const agreement = wanted === undefined ? undefined : await planned(invocation, wanted)
  return askFirst<Plan>(invocation, (current, shown) => signalEvent(current, shown, agreement))
}

/**
 * What `--plan ID` agrees to: the plan that a dry run finds now. Actions cannot be taken back, so they run only after this.
 * @throws Failure (refused) if its id is another one
 */
async function planned(invocation: Invocation, id: string): Promise<Agreement> {
  const { places, system } = invocation.asDryRun()
  let plan: Plan | undefined
  const report: Reporter = entry => {
    if (entry.kind === 'planned') plan = entry.plan
  }
  const status = await runEvent(signalOf(invocation), { places, system, report })
  // The event itself then says why it fails.
  if (status === EXIT.done) refuseOutdatedPlan(planId(plan ?? NOTHING), id)
  // An action may have written a file already, such as a revocation list.
  return { covers: now => newChanges(plan, now).length === 0, ask: async () => false }
}

/**
 * Runs the event that the arguments name.
 * @param shown the plan that the person at the terminal agreed to
 * @param show what to do with its reports; default: they are said
 */
export async function signalEvent(
  invocation: Invocation,
  shown: Plan | undefined,
  agreement?: Agreement,
  show?: Reporter,
): Promise<CommandResult<Plan>> {
  const { args, flag, places, system, print } = invocation
  const [name = '', ...rest] = args
  const { dryRun } = system
  const { gather, data } = gatherer(invocation)
  const tell = reporter(invocation, flag('json') ? gather : show)
  let plan: Plan | undefined
  const report: Reporter = entry => {
    if (entry.kind === 'plan') plan = entry.plan
    tell(entry)
  }
  const signal = signalOf(invocation)
  invocation.log('info', `${commandLine(signal.asked)} by ${signal.asked.user}`)
  const asking = flag('confirm') ? new AgreedPlan(shown, invocation) : agreement
  const status = await runEvent(asking && !dryRun ? { ...signal, agreement: asking } : signal, {
    places,
    system,
    report,
  })
  if (flag('json')) {
    const all = { event: name, args: rest, dryRun, status, ...data() }
    // The output of an action or a checker may quote a secret.
    print(makeRedact(places)(JSON.stringify(all, null, 2)))
  }
  return { status, plan }
}

function signalOf(invocation: Invocation): Signal {
  return {
    asked: askedBy(invocation, 'signal-event', invocation.args),
    withoutWindow: invocation.value('confirm-within') === 'no',
    ...barrierOptions(invocation),
    ...confirmWithin(invocation),
  }
}
