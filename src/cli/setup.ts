import { EXIT, Failure, orFailure, usageFailure } from '../base/failure.ts'
import { changeDatabase } from '../db/change.ts'
import { initializeDatabases } from '../db/initialize.ts'
import { recordsOf } from '../db/store.ts'
import type { Plan } from '../plan/plan.ts'
import { History } from '../state/history/history.ts'
import { below, type Places } from '../system/places.ts'
import { namesIn } from '../system/read-files.ts'
import { ask, isYes } from '../terminal/ask-first.ts'
import type { Invocation } from '../terminal/command.ts'
import { eventSummary, SUMMED_UP } from '../terminal/event-summary.ts'
import { sayReport } from '../terminal/reporter.ts'
import type { EventReport, Reporter } from '../transaction/report.ts'
import { signalEvent } from './signal-event.ts'

/** A setting that only the administrator knows. */
interface Question {
  readonly option: string
  readonly text: string
  readonly key: string
  /** Absent: the value is the type of the record. */
  readonly property?: string
}

interface Answer extends Question {
  readonly value: string
}

const QUESTIONS: readonly Question[] = [
  { option: 'domain', text: 'Domain of this server', key: 'DomainName' },
  { option: 'name', text: 'Name of this server in its domain', key: 'SystemName' },
  {
    option: 'email',
    text: 'E-mail address for the certificate authority, if you want certificates',
    key: 'letsencrypt',
    property: 'email',
  },
]

/** `gabarit setup`: asks for the names of this server, shows what they make, and makes it. */
export async function run(invocation: Invocation): Promise<number> {
  const { io, places, system, print, printError } = invocation
  const look = invocation.asDryRun()
  initializeDatabases(look.places)
  const atTerminal = io.isTerminal(0) && !system.dryRun
  const answers: Answer[] = []
  for (const question of QUESTIONS) answers.push(await answerTo(question, look, atTerminal))
  for (const { key, property = '', value } of answers)
    if (value !== '') print(`${`${key} ${property}`.trim()}: ${value}`)
  const event = new History(places).lastApplied() === undefined ? 'post-install' : 'console-save'
  const signal = (how: Invocation, also: string, shown?: Plan, show?: Reporter) =>
    signalEvent({ ...how, args: [event], flag: name => name === also || how.flag(name) }, shown, undefined, show)
  const reports: EventReport[] = []
  const gather = (report: EventReport) => {
    if (report.kind === 'step') look.progress(report.step)
    else reports.push(report)
  }
  const { status, plan } = await signal(look, 'check', undefined, system.dryRun ? undefined : gather)
  if (status !== EXIT.done) sayAll(reports, { ...look, print: () => undefined })
  if (status !== EXIT.done || system.dryRun) return status
  if (atTerminal && !(await agrees(event, reports, look))) {
    print('nothing was changed')
    return EXIT.failed
  }
  store(answers, places)
  const done = await signal(invocation, atTerminal ? 'confirm' : '', plan)
  if (done.status !== EXIT.done) printError(`The settings are saved. Once this is mended: signal-event ${event}`)
  else sayWherePagesGo(invocation)
  return done.status
}

/** Apache answers 403 for a folder without a page. */
function sayWherePagesGo({ places, print }: Invocation): void {
  const httpd = recordsOf(places, 'configuration').get('httpd')?.properties
  if (httpd?.get('status') !== 'enabled') return
  const folder = `${httpd.get('IbayDir') ?? ''}/Primary/html`
  if (namesIn(below(places, folder)).length === 0)
    print(`Your web pages go into ${folder}; until then visitors are answered "403 Forbidden".`)
}

/** Shows what would happen in a few lines, and everything if the person wants to see it. */
async function agrees(event: string, reports: readonly EventReport[], look: Invocation): Promise<boolean> {
  look.print([`signal-event ${event} would make:`, ...eventSummary(reports)].join('\n'))
  sayAll(
    reports.filter(({ kind }) => !SUMMED_UP.has(kind)),
    look,
  )
  for (;;) {
    const answer = await ask(`Save this, and signal-event ${event}? [y/N, d for details] `, look)
    if (!/^\s*d/i.test(answer)) return isYes(answer)
    sayAll(reports, look)
  }
}

function sayAll(reports: readonly EventReport[], invocation: Invocation): void {
  for (const report of reports) sayReport(report, invocation)
}

/** The option, else what the person at the terminal says, else the present value or what the machine is called. */
async function answerTo(question: Question, look: Invocation, atTerminal: boolean): Promise<Answer> {
  const { option, text, key, property } = question
  const record = recordsOf(look.places, 'configuration').get(key)
  const present = (property === undefined ? record?.type : record?.properties.get(property)) ?? ''
  const given = look.value(option)
  for (;;) {
    const typed = given ?? (atTerminal ? (await ask(`${text}${present && ` [${present}]`}: `, look)).trim() : '')
    const answer = { ...question, value: typed || present }
    if (answer.value === '' && property === undefined)
      throw usageFailure(
        `this server needs a value for ${key}`,
        `gabarit setup --${option} VALUE\nNothing was changed.`,
      )
    const problem = orFailure(() => store([answer], look.places))
    if (!(problem instanceof Failure)) return answer
    if (given !== undefined || typed === '') throw problem
    look.printError(problem.describe())
  }
}

function store(answers: readonly Answer[], places: Places): void {
  changeDatabase(places, 'configuration', { command: 'gabarit setup' }, draft => {
    for (const { key, property, value } of answers) {
      if (property === undefined && draft.has(key)) draft.settype(key, value)
      else if (property === undefined) draft.set(key, value)
      else if (draft.has(key)) draft.setprop(key, property, value)
      else draft.set(key, 'service', { [property]: value })
    }
  })
}
