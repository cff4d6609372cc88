import type { EventReport } from '../event/report.ts'
import { runEvent } from '../event/run.ts'
import { DryRunSystem } from '../system/dry-run-system.ts'
import { RealSystem } from '../system/real-system.ts'
import type { Invocation } from './command.ts'
import { planAsText, planData, planSummary } from './show-plan.ts'

/** `signal-event EVENT [ARGUMENT...]` */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flag, places, print } = invocation
  const [name = '', ...rest] = args
  const dryRun = flag('dry-run')
  const system = dryRun ? new DryRunSystem(places.root) : new RealSystem(places.root)
  const reports: EventReport[] = []
  const report = flag('json')
    ? (entry: EventReport) => void reports.push(entry)
    : (entry: EventReport) => show(entry, dryRun, invocation)
  const status = await runEvent(name, rest, places, system, report)
  if (flag('json'))
    print(JSON.stringify({ event: name, args: rest, dryRun, status, ...asData(reports, invocation) }, null, 2))
  return status
}

function show(report: EventReport, dryRun: boolean, invocation: Invocation): void {
  const { print, printError } = invocation
  switch (report.kind) {
    case 'recovered':
      return printError(report.message)
    case 'warning':
      return printError(`warning: ${report.message}`)
    case 'problem':
      return printError(report.message)
    case 'would-run':
      return print(`would run ${report.handler}`)
    case 'handler-line':
      return printError(`${report.handler}: ${report.line}`)
    case 'handler':
      return report.problem === undefined ? undefined : printError(`${report.handler} failed: ${report.problem}`)
    case 'databases':
      for (const { name, changed } of report.databases)
        for (const key of changed) print(`${dryRun ? 'would complete' : 'completed'} ${name} ${key}`)
      return
    case 'plan':
      return print(dryRun ? planAsText(report.plan, invocation) : planSummary(report.plan).join('\n'))
    case 'would-adjust':
      return print(`would adjust ${report.service}: ${report.command}`)
    case 'service': {
      const { service, command, problem } = report.result
      if (problem === undefined) return print(`adjusted ${service}: ${command}`)
      return printError(
        `adjusting ${service} failed: ${command}: ${problem}\n  It is remembered, and tried again by the next event.`,
      )
    }
  }
}

function asData(reports: readonly EventReport[], { places }: Invocation): object {
  const of = <Kind extends EventReport['kind']>(kind: Kind) =>
    reports.filter((report): report is Extract<EventReport, { kind: Kind }> => report.kind === kind)
  const plans = of('plan').map(({ plan }) => planData(plan, places))
  return {
    recovered: of('recovered').map(({ message }) => message),
    warnings: of('warning').map(({ message }) => message),
    problems: of('problem').map(({ message }) => message),
    handlers: [
      ...of('would-run').map(({ handler }) => ({ name: handler, wouldRun: true })),
      ...of('handler').map(({ handler, problem, milliseconds }) => ({
        name: handler,
        ok: problem === undefined,
        milliseconds,
        output: of('handler-line')
          .filter(line => line.handler === handler)
          .map(({ line }) => line),
        ...(problem === undefined ? {} : { problem }),
      })),
    ],
    databases: of('databases').flatMap(({ databases }) => databases.map(({ name, changed }) => ({ name, changed }))),
    ...(plans[0] ?? { files: [], notify: [] }),
    services: [
      ...of('would-adjust').map(({ service, command }) => ({ service, command, wouldAdjust: true })),
      ...of('service').map(({ result }) => ({ ...result, problem: result.problem ?? null })),
    ],
  }
}
