import { runEvent } from '../event/run.ts'
import type { Plan } from '../plan/plan.ts'
import { makeRedact } from '../plan/redact.ts'
import { DryRunSystem } from '../system/dry-run-system.ts'
import { RealSystem } from '../system/real-system.ts'
import { AgreedPlan } from '../terminal/agreed-plan.ts'
import { askFirst, confirmWithin, type Ran } from '../terminal/ask-first.ts'
import { type Invocation, judging, onlyLooks } from '../terminal/command.ts'
import { namedToOverwrite } from '../terminal/overwrite.ts'
import { asData, reporter } from '../terminal/reporter.ts'
import { userName } from '../transaction/history-record.ts'
import type { EventReport, Reporter } from '../transaction/report.ts'

/** `signal-event EVENT [ARGUMENT...]` */
export function run(invocation: Invocation): Promise<number> {
  return askFirst<Plan>(invocation, signalEvent)
}

async function signalEvent(invocation: Invocation, shown: Plan | undefined): Promise<Ran<Plan>> {
  const { args, flag, value, places, print } = invocation
  const [name = '', ...rest] = args
  const dryRun = onlyLooks(invocation)
  const system = dryRun ? new DryRunSystem(places.root) : new RealSystem(places.root)
  const reports: EventReport[] = []
  const gather = (entry: EventReport) => void reports.push(entry)
  const tell = reporter(invocation, dryRun, flag('json') ? gather : undefined)
  let plan: Plan | undefined
  const report: Reporter = entry => {
    if (entry.kind === 'plan') plan = entry.plan
    tell(entry)
  }
  if (!dryRun) invocation.log('info', `${['signal-event', name, ...rest].join(' ')} by ${userName()}`)
  const mayOverwrite = namedToOverwrite(invocation)
  const comment = value('comment') ?? null
  const signal = {
    event: name,
    args: rest,
    comment,
    mayOverwrite,
    withoutWindow: value('confirm-within') === 'no',
    ...judging(invocation),
    ...confirmWithin(invocation),
    ...(flag('confirm') && !dryRun ? { agreement: new AgreedPlan(shown, invocation) } : {}),
  }
  const status = await runEvent(signal, places, system, report)
  if (flag('json')) {
    const data = { event: name, args: rest, dryRun, status, ...asData(reports, invocation) }
    // What an action or a checker said may quote a secret.
    print(makeRedact(places)(JSON.stringify(data, null, 2)))
  }
  return { status, plan }
}
