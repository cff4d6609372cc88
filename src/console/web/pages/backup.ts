import type { Hono } from 'hono'
import { html } from 'hono/html'
import { recordAddress } from '../base.ts'
import { page } from '../layout.ts'
import type { Markup } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { planButton, runButton } from '../parts/form.ts'
import { moment } from '../parts/moment.ts'
import { table } from '../parts/table.ts'
import type { Env, Visit } from '../visit.ts'

/** What `gabarit backup list --json` prints, the newest first. */
interface Backup {
  readonly file: string
  readonly written: string
  readonly verified: string | null
}

const LIST = ['gabarit', 'backup', 'list', '--json']
const MOST = 10

/** The last backups: how old they are, whether they are whole, and the way back. */
export function serveBackups(app: Hono<Env>): void {
  app.get('/backup', async context => {
    const visit = context.get('visit')
    const backups = await visit.data<Backup[]>(LIST)
    const settings = recordAddress('configuration', 'backup')
    const body = html`<section class="card"><p>${visit.say('backupKey')}</p><div class="acts">${runButton(visit, ['gabarit', 'backup', 'now'], visit.say('backupNow'))}</div>
<p><a href="${settings}">${visit.say('backupSettings')}</a></p></section>
<section class="card"><h2>${visit.say('backup')}</h2>${backupTable(visit, backups.slice(0, MOST))}${commandOf(LIST.slice(0, 3))}</section>`
    return page(visit, '/backup', visit.say('backup'), body)
  })
}

function backupTable(visit: Visit, backups: readonly Backup[]): Markup {
  const rows = backups.map(({ file, written, verified }) => [
    html`<code>${file.split('/').at(-1)}</code>`,
    moment(visit, written),
    verified === null ? html`<span class="warn">${visit.say('backupNever')}</span>` : moment(visit, verified),
    html`<div class="acts">${runButton(visit, ['gabarit', 'backup', 'verify', file], visit.say('backupVerify'), { look: 'quiet' })}
${planButton(['gabarit', 'backup', 'restore', file], visit.say('backupRestore'))}</div>`,
  ])
  const heads = [visit.say('name'), visit.say('backupWritten'), visit.say('backupVerified'), '']
  return table(visit.say('backup'), heads, rows, visit.say('backupNone'))
}
