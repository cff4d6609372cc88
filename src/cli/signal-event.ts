import { runEvent } from '../event/run.ts'
import type { Plan } from '../plan/plan.ts'
import { makeRedact } from '../plan/redact.ts'
import { commandLine } from '../state/history/entry.ts'
import { AgreedPlan } from '../terminal/agreed-plan.ts'
import { askFirst, type CommandResult, confirmWithin } from '../terminal/ask-first.ts'
import type { Invocation } from '../terminal/command.ts'
import { gatherer, reporter } from '../terminal/reporter.ts'
import { askedBy, barrierOptions } from '../terminal/run-context.ts'
import type { Reporter } from '../transaction/report.ts'

/** `signal-event EVENT [ARGUMENT...]` */
export function run(invocation: Invocation): Promise<number> {
  return askFirst<Plan>(invocation, signalEvent)
}

/** Runs the event that the arguments name. @param shown the plan that the person at the terminal agreed to */
export async function signalEvent(invocation: Invocation, shown: Plan | undefined): Promise<CommandResult<Plan>> {
  const { args, flag, value, places, system, print } = invocation
  const [name = '', ...rest] = args
  const { dryRun } = system
  const { gather, data } = gatherer(invocation)
  const tell = reporter(invocation, flag('json') ? gather : undefined)
  let plan: Plan | undefined
  const report: Reporter = entry => {
    if (entry.kind === 'plan') plan = entry.plan
    tell(entry)
  }
  const asked = askedBy(invocation, 'signal-event', args)
  invocation.log('info', `${commandLine(asked)} by ${asked.user}`)
  const signal = {
    asked,
    withoutWindow: value('confirm-within') === 'no',
    ...barrierOptions(invocation),
    ...confirmWithin(invocation),
    ...(flag('confirm') && !dryRun ? { agreement: new AgreedPlan(shown, invocation) } : {}),
  }
  const status = await runEvent(signal, { places, system, report })
  if (flag('json')) {
    const all = { event: name, args: rest, dryRun, status, ...data() }
    // The output of an action or a checker may quote a secret.
    print(makeRedact(places)(JSON.stringify(all, null, 2)))
  }
  return { status, plan }
}
