import { usageFailure } from '../base/failure.ts'
import { sayDuration, sayTime } from '../base/time.ts'
import { NOTHING, planData, planId } from '../plan/data.ts'
import { freshRedact, makeRedact } from '../plan/redact.ts'
import { type AdjustmentResult, describeProblem } from '../system/service/adjustment.ts'
import type { EventReport, Reporter } from '../transaction/report.ts'
import type { Invocation } from './command.ts'
import { planAsText, planSummary } from './show-plan.ts'

/**
 * Shows what a run reports. A real run also writes it to the server's log.
 * @param show default: as text, or with `--json-lines` as lines of JSON
 * @throws Failure (usage) for `--json` and `--json-lines` together
 */
export function reporter(invocation: Invocation, show?: Reporter): Reporter {
  const lines = invocation.flag('json-lines')
  if (lines && invocation.flag('json')) throw usageFailure('--json-lines and --json cannot be combined')
  const inWords = (entry: EventReport) => sayReport(entry, invocation)
  const shown = show ?? (lines ? linesOfJson(invocation) : inWords)
  return entry => {
    logReport(entry, invocation)
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
    case 'window':
      return { text: sayWindow(report, dryRun) }
    case 'recovered':
      return { text: dryRun ? `would be done first: ${report.message}` : report.message, problem: true }
    case 'problem':
      return { text: report.message, problem: true }
    case 'warning':
      return { text: `warning: ${report.message}`, problem: true }
    case 'step':
    case 'ended':
      return undefined
    case 'checked':
      if (!invocation.flag('check')) return undefined
      return { text: report.commands.length === 0 ? 'nothing to check' : `checked: ${report.commands.join('; ')}` }
    case 'handler-line':
      return { text: `${report.handler}: ${report.line}`, problem: true }
    case 'handler':
      if (dryRun && report.problem === undefined) return { text: `would run ${report.handler}` }
      if (report.problem === undefined) return undefined
      return { text: `${report.handler} failed: ${report.problem}`, problem: true }
    case 'databases': {
      const verb = dryRun ? 'would complete' : 'completed'
      const lines = report.databases.flatMap(({ name, changed }) => changed.map(key => `${verb} ${name} ${key}`))
      return lines.length === 0 ? undefined : { text: lines.join('\n') }
    }
    case 'records': {
      const verb = dryRun ? `would ${report.verb}` : `${report.verb}d`
      return { text: report.keys.map(key => `${verb} ${report.database} ${key}`).join('\n') }
    }
    case 'planned':
      return dryRun ? { text: planAsText(report.plan, invocation) } : undefined
    case 'plan':
      return dryRun ? undefined : { text: planSummary(report.plan, invocation.places).join('\n') }
    case 'service':
      return sayService(report.result, dryRun)
    case 'remembered':
      if (dryRun) return undefined
      return { text: `The next event will try again: ${report.services.join(', ')}`, problem: true }
  }
}

function sayWindow({ until, within }: Extract<EventReport, { kind: 'window' }>, dryRun: boolean): string {
  if (dryRun) return `would roll back automatically after ${sayDuration(within)} unless you confirm`
  return `rolls back automatically at ${sayTime(until)} (in ${sayDuration(within)}) unless you confirm: gabarit confirm`
}

function sayService(result: AdjustmentResult, dryRun: boolean): Said {
  const { service, command, done, problem } = result
  if (problem !== undefined) return { text: describeProblem(result), problem: true }
  if (dryRun) return { text: `would adjust ${service}: ${command}` }
  return { text: done ? `adjusted ${service}: ${command}` : `${service}: would ${command}` }
}

/** Prints each report as one line: its kind, and what the text would say as data. */
function linesOfJson({ places, print }: Invocation): Reporter {
  const show = freshRedact(places)
  return ({ kind, ...report }) => {
    const data = 'plan' in report ? planData(report.plan, show) : 'result' in report ? report.result : report
    print(show(JSON.stringify({ kind, ...data })))
  }
}

/** Gathers what a run reports, as JSON data. */
export function gatherer(invocation: Invocation): { gather: Reporter; data: () => object } {
  const { places, system } = invocation
  const reports: EventReport[] = []
  let plan: object = { plan: planId(NOTHING), files: [], notify: [] }
  const gather = (entry: EventReport) => {
    reports.push(entry)
    // At once: when the run has ended, nobody knows any more what secrets the files held before.
    if (entry.kind === (system.dryRun ? 'planned' : 'plan')) plan = planData(entry.plan, makeRedact(places))
  }
  return { gather, data: () => asData(reports, plan, system.dryRun) }
}

function asData(reports: readonly EventReport[], plan: object, dryRun: boolean): object {
  const of = <Kind extends EventReport['kind']>(kind: Kind) =>
    reports.filter((report): report is Extract<EventReport, { kind: Kind }> => report.kind === kind)
  return {
    recovered: of('recovered').map(({ message }) => message),
    confirmation: [
      ...of('confirmation').map(({ message }) => message),
      ...of('window').map(window => sayWindow(window, dryRun)),
    ],
    checked: of('checked').flatMap(({ commands }) => commands),
    warnings: of('warning').map(({ message }) => message),
    problems: of('problem').map(({ message }) => message),
    handlers: of('handler').map(({ handler, problem, milliseconds }) =>
      dryRun && problem === undefined
        ? { name: handler, wouldRun: true }
        : {
            name: handler,
            ok: problem === undefined,
            milliseconds,
            output: of('handler-line')
              .filter(line => line.handler === handler)
              .map(({ line }) => line),
            ...(problem === undefined ? {} : { problem }),
          },
    ),
    databases: [
      ...of('databases').flatMap(({ databases }) => databases.map(({ name, changed }) => ({ name, changed }))),
      ...of('records').map(({ database, keys }) => ({ name: database, changed: keys })),
    ],
    ...plan,
    services: of('service').map(({ result }) =>
      dryRun
        ? {
            ...{ service: result.service, command: result.command, wouldAdjust: result.problem === undefined },
            ...{ done: false, problem: result.problem ?? null },
          }
        : { ...result, problem: result.problem ?? null },
    ),
  }
}
