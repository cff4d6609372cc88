import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at, databaseAddress, recordAddress } from '../base.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { table } from '../parts/table.ts'
import type { Env, Visit } from '../visit.ts'
import { recordsIn } from './databases.ts'
import { logLink } from './logs.ts'

/** What `gabarit proxy check --json` prints of each request. */
interface Checked {
  readonly site: string
  readonly url: string
  readonly note: string
  readonly status: number | null
  readonly time: number
  readonly location: string | null
  readonly wrong: string | null
}

const CHECK = ['gabarit', 'proxy', 'check']

/** The reverse proxies, and whether each answers. */
export function serveProxies(app: Hono<Env>): void {
  app.get('/proxies', async context => {
    const visit = context.get('visit')
    const records = await recordsIn(visit, 'proxies')
    const rows = records.map(({ name, type, props = {} }) => [
      html`<a href="${recordAddress('proxies', name)}">${name}</a>`,
      type ?? '',
      props.RedirectTo ? `→ ${props.RedirectTo}` : (props.Upstreams ?? props.Folder ?? ''),
      props.status === 'disabled' ? html`<span class="warn">${visit.say('off')}</span>` : visit.say('on'),
      type === 'location' ? '' : links(visit, name, type),
    ])
    const heads = [...(['name', 'type', 'upstreams', 'status'] as const).map(key => visit.say(key)), '']
    const body = html`<p><a class="button" href="${databaseAddress('proxies', '/new', { type: 'proxy' })}">${visit.say('newProxy')}</a> <a class="button quiet" href="${databaseAddress('proxies')}">${visit.say('editProxies')}</a></p>
${context.req.query('check') === 'yes' ? await checks(visit, context.req.query('name')) : NONE}
<section class="card">${table(visit.say('proxies'), heads, rows, visit.say('noProxies'))}${commandOf(['db', 'proxies', 'show'])}</section>
<form class="act" method="get"><input type="hidden" name="check" value="yes"><button class="quiet">${visit.say('checkAll')}</button>${commandOf(CHECK)}</form>`
    return page(visit, '/proxies', visit.say('proxies'), body)
  })
}

function links(visit: Visit, name: string, type: string | null): Markup {
  return html`<a href="${at('/proxies', { check: 'yes', name })}">${visit.say('checkNow')}</a> ${logLink(visit, 'proxies', type, name)}`
}

async function checks(visit: Visit, name: string | undefined): Promise<Markup> {
  const words = name === undefined ? CHECK : [...CHECK, '--', name]
  const results = await visit.data<Checked[]>([...CHECK, '--json', ...words.slice(CHECK.length)])
  const rows = results.map(({ url, note, status, time, location, wrong }) => [
    note === '' ? url : `${url} (${note})`,
    status ?? '',
    html`<span class="count">${time} ms</span>`,
    wrong === null
      ? html`<span class="ok">${visit.say('answers')}</span>${location === null ? NONE : ` → ${location}`}`
      : html`<span class="bad" lang="en">${wrong}</span>`,
  ])
  const heads = (['address', 'status', 'time', 'outcome'] as const).map(key => visit.say(key))
  return html`<section class="card"><h2>${visit.say('doTheyAnswer')}</h2>${table(visit.say('doTheyAnswer'), heads, rows, visit.say('noProxies'))}${commandOf(words)}</section>`
}
