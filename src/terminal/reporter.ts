import { planData } from '../plan/data.ts'
import { makeRedact } from '../plan/redact.ts'
import type { AdjustmentResult } from '../system/service/adjustment.ts'
import type { EventReport, Reporter } from '../transaction/report.ts'
import type { Invocation } from './command.ts'
import { planAsText, planSummary } from './show-plan.ts'

/**
 * Shows what a run reports. A real run also writes it to the server's log.
 * @param show default: as text
 */
export function reporter(invocation: Invocation, show?: Reporter): Reporter {
  const shown = show ?? ((entry: EventReport) => sayReport(entry, invocation))
  return entry => {
    if (!invocation.system.dryRun) logReport(entry, invocation)
    shown(entry)
  }
}

/** Prints what a run reports, problems to standard error. */
export function sayReport(report: EventReport, invocation: Invocation): void {
  if (report.kind === 'step') invocation.progress(report.step)
  const said = say(report, invocation)
  if (said !== undefined) (said.problem === true ? invocation.printError : invocation.print)(said.text)
}

function logReport(report: EventReport, invocation: Invocation): void {
  const said = say(report, invocation)
  if (report.kind === 'ended') invocation.log('info', endOf(report))
  else if (said !== undefined) invocation.log(levelOf(report), said.text)
}

function levelOf(report: EventReport): 'error' | 'warning' | 'info' {
  if (report.kind === 'warning' || report.kind === 'recovered') return 'warning'
  const failed = report.kind === 'handler' || (report.kind === 'service' && report.result.problem !== undefined)
  return failed || report.kind === 'problem' ? 'error' : 'info'
}

function endOf({ what, outcome, entry }: Extract<EventReport, { kind: 'ended' }>): string {
  return `${what}: ${outcome}${entry === undefined ? ', nothing had changed' : `, entry ${entry} of the history`}`
}

/** The text of one report; a problem goes to standard error. */
interface Said {
  readonly text: string
  readonly problem?: boolean
}

function say(report: EventReport, invocation: Invocation): Said | undefined {
  const { dryRun } = invocation.system
  switch (report.kind) {
    case 'confirmation':
      return { text: report.message }
    case 'recovered':
    case 'problem':
      return { text: report.message, problem: true }
    case 'warning':
      return { text: `warning: ${report.message}`, problem: true }
    case 'step':
    case 'ended':
      return undefined
    case 'checked':
      return {
        text: report.commands.length === 0 ? 'nothing to check' : `checked: ${report.commands.join('; ')}`,
      }
    case 'would-run':
      return { text: `would run ${report.handler}` }
    case 'handler-line':
      return { text: `${report.handler}: ${report.line}`, problem: true }
    case 'handler':
      return report.problem === undefined
        ? undefined
        : { text: `${report.handler} failed: ${report.problem}`, problem: true }
    case 'databases': {
      const verb = dryRun ? 'would complete' : 'completed'
      const lines = report.databases.flatMap(({ name, changed }) => changed.map(key => `${verb} ${name} ${key}`))
      return lines.length === 0 ? undefined : { text: lines.join('\n') }
    }
    case 'plan':
      return { text: dryRun ? planAsText(report.plan, invocation) : planSummary(report.plan).join('\n') }
    case 'would-adjust':
      return { text: `would adjust ${report.service}: ${report.command}` }
    case 'service':
      return sayService(report.result)
    case 'remembered':
      return {
        text: `The next event will try again: ${report.services.join(', ')}`,
        problem: true,
      }
  }
}

function sayService({ service, command, done, problem }: AdjustmentResult): Said {
  if (problem === undefined) return { text: done ? `adjusted ${service}: ${command}` : `${service}: would ${command}` }
  return { text: `adjusting ${service} failed: ${command}: ${problem}`, problem: true }
}

/** What a run reported, as JSON data. */
export function asData(reports: readonly EventReport[], { places }: Invocation): object {
  const of = <Kind extends EventReport['kind']>(kind: Kind) =>
    reports.filter((report): report is Extract<EventReport, { kind: Kind }> => report.kind === kind)
  const plans = of('plan').map(({ plan }) => planData(plan, makeRedact(places)))
  return {
    recovered: of('recovered').map(({ message }) => message),
    confirmation: of('confirmation').map(({ message }) => message),
    checked: of('checked').flatMap(({ commands }) => commands),
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
      ...of('would-adjust').map(({ service, command }) => ({ service, command, wouldAdjust: true, done: false })),
      ...of('service').map(({ result }) => ({ ...result, problem: result.problem ?? null })),
    ],
  }
}
