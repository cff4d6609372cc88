import type { Hono } from 'hono'
import { html } from 'hono/html'
import { page } from '../layout.ts'
import { commandOf } from '../parts/command.ts'
import { onDemand } from '../parts/output.ts'
import { table } from '../parts/table.ts'
import type { Env } from '../visit.ts'
import { databaseAddress, recordsIn } from './databases.ts'

const CHECK = ['gabarit', 'proxy', 'check']

/** The reverse proxies, and whether each answers. */
export function serveProxies(app: Hono<Env>): void {
  app.get('/proxies', async context => {
    const visit = context.get('visit')
    const records = await recordsIn(visit, 'proxies')
    const rows = records.map(({ name, type, props = {} }) => [
      html`<a href="${databaseAddress('proxies', '/record', { key: name })}">${name}</a>`,
      type ?? '',
      html`<code>${props.Upstreams ?? ''}</code>`,
    ])
    const heads = [visit.say('name'), visit.say('type'), visit.say('upstreams')]
    const body = html`<p><a class="button" href="${databaseAddress('proxies')}">${visit.say('editProxies')}</a></p>
<section class="card">${table(visit.say('proxies'), heads, rows, visit.say('noRecords'))}${commandOf(['db', 'proxies', 'show'])}</section>
<section class="card"><h2>${visit.say('doTheyAnswer')}</h2>${await onDemand(visit, CHECK, visit.say('checkNow'))}</section>`
    return page(visit, '/proxies', visit.say('proxies'), body)
  })
}
