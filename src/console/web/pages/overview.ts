import type { Hono } from 'hono'
import { html } from 'hono/html'
import { Failure } from '../../../base/failure.ts'
import { at } from '../base.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { changesIn } from '../parts/bar.ts'
import { commandOf } from '../parts/command.ts'
import { type Entry, entryTable } from '../parts/entries.ts'
import { planButton } from '../parts/form.ts'
import { foldedNotes, note, notes } from '../parts/note.ts'
import { SERVICES, type Service, serviceTable } from '../parts/services.ts'
import { wayOf, withWays } from '../parts/way.ts'
import { type Status, statusFor } from '../status.ts'
import type { Env, Visit } from '../visit.ts'
import { CERTIFICATES, type Certificates } from './certificates.ts'

/** What `gabarit doctor --json` prints. */
interface Finding {
  readonly id: string
  readonly level: 'ok' | 'warning' | 'error'
  readonly message: string
  readonly command: string | null
  readonly ignored: string | null
}

const DOCTOR = ['gabarit', 'doctor', '--json']
const LAST = ['gabarit', 'history', '--limit', '8', '--json']

/** The first page: what waits, what is wrong, what was done last. */
export function serveOverview(app: Hono<Env>): void {
  app.get('/', async context => {
    const visit = context.get('visit')
    const [status, services, findings, entries, certificates] = await Promise.all([
      statusFor(visit),
      visit.data<Service[]>(SERVICES),
      visit.data<Finding[]>(DOCTOR),
      visit.data<Entry[]>(LAST),
      certificatesFor(visit),
    ])
    const body = html`${notes('bad', visit.say('damaged'), withWays(visit, status.damaged))}${notes('bad', visit.say('problems'), withWays(visit, status.problems))}
<div class="grid">${waiting(visit, status)}${health(visit, findings)}${daysLeft(visit, certificates)}</div>
${serviceTable(visit, services)}
<section class="card"><h2>${visit.say('lastChanges')}</h2>${entryTable(visit, entries)}
<p><a href="${at('/history')}">${visit.say('wholeHistory')}</a></p>${commandOf(LAST.slice(0, -1))}</section>`
    return page(visit, '/', visit.say('overview'), body)
  })
}

function waiting(visit: Visit, status: Status): Markup {
  const { drift, pending, warnings } = status
  const count = changesIn(status)
  const lines = [
    count === 0
      ? note('ok', visit.say('allLive'))
      : html`<p>${visit.say('notLive', count)} <a href="${at('/changes')}">${visit.say('lookAtChanges')}</a></p>`,
    drift.length === 0
      ? NONE
      : html`<p>${visit.say('editedFiles', drift.length)} <a href="${at('/files')}">${visit.say('files')}</a></p>`,
    notes(
      'warn',
      visit.say('pendingServices'),
      pending.map(({ service, word }) => `${service}: ${word}`),
    ),
    foldedNotes('warn', visit.say('warnings'), withWays(visit, warnings), count => visit.say('moreLines', count)),
  ]
  const start =
    status.since === null ? planButton(['gabarit', 'signal-event', 'post-install'], visit.say('setUp')) : NONE
  return html`<section class="card"><h2>${visit.say('waits')}</h2>${lines}${start}${commandOf(['gabarit', 'status'])}</section>`
}

function health(visit: Visit, findings: readonly Finding[]): Markup {
  const troubles = findings.filter(({ level, ignored }) => level !== 'ok' && ignored === null)
  const list = troubles.map(
    ({ level, message, command }) =>
      html`<li class="${level === 'error' ? 'bad' : 'warn'}" lang="en">${message}${
        command === null ? NONE : html`<br><code>${command}</code>`
      }${wayOf(visit, command ?? message)}</li>`,
  )
  const fine = findings
    .filter(({ level }) => level === 'ok')
    .map(({ message }) => html`<li class="ok" lang="en">${message}</li>`)
  return html`<section class="card"><h2>${visit.say('health')}</h2><ul class="steps">${list}</ul>
<details><summary class="ok">${visit.say('fine', fine.length)}</summary><ul class="steps">${fine}</ul></details>${commandOf(['gabarit', 'doctor'])}</section>`
}

/** None if the command fails: the page of the certificates says why. */
async function certificatesFor(visit: Visit): Promise<Certificates['certificates']> {
  try {
    return (await visit.data<Certificates>(CERTIFICATES)).certificates
  } catch (error) {
    if (error instanceof Failure) return []
    throw error
  }
}

function daysLeft(visit: Visit, certificates: Certificates['certificates']): Markup {
  if (certificates.length === 0) return NONE
  const items = certificates.map(({ name, daysLeft: days, trouble }) => {
    const kind = days === null || days < 0 ? 'bad' : trouble === null ? 'ok' : 'warn'
    return html`<li class="${kind}">${name}: ${days === null ? visit.say('noCertificate') : visit.say('days', days)}</li>`
  })
  return html`<section class="card"><h2><a href="${at('/certificates')}">${visit.say('certificates')}</a></h2><ul class="steps">${items}</ul>${commandOf(CERTIFICATES.slice(0, -1))}</section>`
}
