import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at, recordAddress } from '../base.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { runButton } from '../parts/form.ts'
import { moment } from '../parts/moment.ts'
import { notes } from '../parts/note.ts'
import { table } from '../parts/table.ts'
import { withWays } from '../parts/way.ts'
import type { Env, Visit } from '../visit.ts'
import { nameChecks } from './certificate-checks.ts'

/** What `gabarit letsencrypt status --json` prints. */
export interface Certificates {
  readonly status: string
  readonly mode: string
  readonly authority: string
  readonly certificates: readonly Certificate[]
  /** What needs somebody, such as names that are left out. */
  readonly problems: readonly string[]
}

interface Certificate {
  readonly name: string
  readonly names: readonly string[]
  readonly issuer: string | null
  readonly until: string | number | null
  readonly daysLeft: number | null
  readonly nextRenewal: string | number | null
  readonly inService: readonly string[]
  /** What the limits of the authority leave. */
  readonly left: readonly { readonly used: number; readonly of: number }[]
  readonly trouble: { readonly message: string; readonly hint: string } | null
}

export const CERTIFICATES = ['gabarit', 'letsencrypt', 'status', '--json']

/** Certificates: their names and days, the checks, and getting them. */
export function serveCertificates(app: Hono<Env>): void {
  app.get('/certificates', async context => {
    const visit = context.get('visit')
    const { status, mode, authority, certificates, problems } = await visit.data<Certificates>(CERTIFICATES)
    const heads = (['certificate', 'names', 'issuer', 'validUntil', 'inService', 'requestsLeft'] as const).map(key =>
      visit.say(key),
    )
    const rows = certificates.map(certificate => rowOf(visit, certificate))
    const settings = recordAddress('configuration', 'letsencrypt')
    const body = html`${notes('warn', visit.say('problems'), withWays(visit, problems))}<p>${visit.say('state')} <b>${status}</b> (${mode}) · ${authority} · <a href="${settings}">${visit.say('settings')}</a></p>
<p><a class="button" href="${at('/certificates/setup')}">${visit.say('setupTitle')}</a></p>
<section class="card">${table(visit.say('certificates'), heads, rows, visit.say('noCertificates'))}${commandOf(CERTIFICATES.slice(0, 3))}</section>
<section class="card"><h2>${visit.say('checkNames')}</h2>${await nameChecks(visit)}</section>
<div class="acts">${runButton(visit, ['gabarit', 'letsencrypt', 'renew', '--json-lines'], visit.say('renew'), { look: 'quiet' })}</div>`
    return page(visit, '/certificates', visit.say('certificates'), body)
  })
}

function rowOf(
  visit: Visit,
  { name, names, issuer, until, daysLeft, nextRenewal, inService, left, trouble }: Certificate,
) {
  const wrong =
    trouble === null ? NONE : html`<br><span class="bad small" lang="en">${trouble.message} ${trouble.hint}</span>`
  const fewest = [...left].sort((one, other) => one.of - one.used - (other.of - other.used))[0]
  return [
    html`${name}${wrong}`,
    names.join(' '),
    issuer ?? visit.say('none'),
    html`${day(visit, until)}${daysLeft === null ? NONE : ` (${visit.say('days', daysLeft)})`}${
      nextRenewal === null
        ? NONE
        : html`<br><span class="soft small">${visit.say('renewedFrom')} ${day(visit, nextRenewal)}</span>`
    }`,
    inService.join(' '),
    fewest === undefined ? '' : visit.say('leftOf', fewest.of - fewest.used, fewest.of),
  ]
}

function day(visit: Visit, time: string | number | null): Markup | string {
  return time === null ? visit.say('none') : moment(visit, new Date(time).toISOString())
}
