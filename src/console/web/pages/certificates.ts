import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at } from '../base.ts'
import { page } from '../layout.ts'
import { commandOf } from '../parts/command.ts'
import { runButton } from '../parts/form.ts'
import { moment } from '../parts/moment.ts'
import { notes } from '../parts/note.ts'
import { onDemand } from '../parts/output.ts'
import { table } from '../parts/table.ts'
import type { Env } from '../visit.ts'
import { tryLink } from './files.ts'

/** What `gabarit letsencrypt status --json` prints. */
interface Certificates {
  readonly status: string
  readonly mode: string
  readonly authority: string
  readonly certificates: readonly Certificate[]
  readonly problems: readonly string[]
}

interface Certificate {
  readonly name: string
  readonly names: readonly string[]
  readonly issuer: string | null
  readonly until: string | number | null
  readonly daysLeft: number | null
  readonly inService: readonly string[]
  readonly trouble: unknown
}

const STATUS = ['gabarit', 'letsencrypt', 'status', '--json']
const CHECK = ['gabarit', 'letsencrypt', 'check']
const SETUP = ['gabarit', 'letsencrypt', 'setup']

/** Certificates: their names and days, the checks, and getting them. */
export function serveCertificates(app: Hono<Env>): void {
  app.get('/certificates', async context => {
    const visit = context.get('visit')
    const { status, mode, authority, certificates, problems } = await visit.data<Certificates>(STATUS)
    const rows = certificates.map(({ name, names, issuer, until, daysLeft, inService }) => [
      name,
      names.join(' '),
      issuer ?? visit.say('none'),
      until === null
        ? visit.say('none')
        : html`${moment(visit, new Date(until).toISOString())} (${visit.say('days', daysLeft ?? 0)})`,
      inService.join(' '),
    ])
    const heads = [
      visit.say('certificate'),
      visit.say('names'),
      visit.say('issuer'),
      visit.say('validUntil'),
      visit.say('inService'),
    ]
    const settings = at('/records/configuration/record', { key: 'letsencrypt' })
    const body = html`${notes('warn', visit.say('problems'), problems)}<p>${visit.say('state')} <b>${status}</b> (${mode}) · ${authority} · <a href="${settings}">${visit.say('records')}</a></p>
<section class="card">${table(visit.say('certificates'), heads, rows, visit.say('noCertificates'))}${commandOf(STATUS.slice(0, 3))}</section>
<section class="card"><h2>${visit.say('checkNames')}</h2>${await onDemand(visit, CHECK, visit.say('checkNow'))}</section>
<section class="card"><h2>${visit.say('getCertificates')}</h2><div class="acts">${tryLink(visit, SETUP)}${runButton(visit, SETUP, visit.say('setupCertificates'))}
${runButton(visit, ['gabarit', 'letsencrypt', 'renew'], visit.say('renew'), { look: 'quiet' })}</div></section>`
    return page(visit, '/certificates', visit.say('certificates'), body)
  })
}
