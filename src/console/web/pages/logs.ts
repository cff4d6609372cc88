import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at } from '../base.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { note } from '../parts/note.ts'
import type { Key } from '../text/languages.ts'
import type { Env, Visit } from '../visit.ts'

/** A page of logs. */
interface Log {
  /** Whose it is: database and type. */
  readonly of: string
  readonly path: string
  readonly command: readonly string[]
  /** The page above, and its title. */
  readonly above: string
  readonly title: Key
}

const LOGS: readonly Log[] = [
  {
    ...{ of: 'proxies proxy', path: '/proxies/log', command: ['gabarit', 'proxy', 'log'] },
    ...{ above: '/proxies', title: 'proxies' },
  },
  {
    ...{ of: 'domains domain', path: '/sites/log', command: ['gabarit', 'site', 'log'] },
    ...{ above: '/records/domains', title: 'database_domains' },
  },
]

/** The end of the logs of a proxy, and of the site of a domain. */
export function serveLogs(app: Hono<Env>): void {
  for (const { path, command, above, title } of LOGS)
    app.get(path, async context => {
      const visit = context.get('visit')
      const name = context.req.query('name') ?? ''
      const logs = await visit.data<{ file: string; lines: string[] }[]>([...command, '--json', '--', name])
      const body = html`${logs.map(log => logView(visit, log))}${commandOf([...command, '--', name])}`
      return page(visit, above, name, body, { above: [at(above), visit.say(title)] })
    })
}

/** The way from a record to its log, if it has one. */
export function logLink(visit: Visit, database: string, type: string | null, key: string): Markup {
  const log = LOGS.find(({ of }) => of === `${database} ${type}`)
  return log === undefined ? NONE : html`<p><a href="${at(log.path, { name: key })}">${visit.say('log')}</a></p>`
}

function logView(visit: Visit, { file, lines }: { file: string; lines: string[] }): Markup {
  const content =
    lines.length === 0 ? note('ok', visit.say('noLines')) : html`<pre tabindex="0">${lines.join('\n')}</pre>`
  return html`<section class="card"><h2>${file}</h2>${content}</section>`
}
