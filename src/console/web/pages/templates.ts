import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at } from '../base.ts'
import { fragmentAddress, partsOf, templateAddress } from '../fragment.ts'
import { page } from '../layout.ts'
import { NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { table } from '../parts/table.ts'
import type { Env, Visit } from '../visit.ts'

/** What `gabarit templates --json` prints of each. */
interface Template {
  readonly template: string
  readonly description: string
  readonly overridden: boolean
  readonly events: readonly string[]
}

const TEMPLATES = ['gabarit', 'templates', '--json']

/** All templates, and the fragments of each in the order of expansion. */
export function serveTemplates(app: Hono<Env>): void {
  app.get('/templates', async context => {
    const visit = context.get('visit')
    const rows = (await visit.data<Template[]>(TEMPLATES)).map(({ template, description, overridden }) => [
      html`<a href="${templateAddress(template)}">${template}</a>`,
      html`${description}${overridden ? html` <b class="warn">${visit.say('overrides')}</b>` : NONE}`,
    ])
    const list = table('', [visit.say('template'), visit.say('whatFor')], rows, '')
    return page(
      visit,
      '/files',
      visit.say('allTemplates'),
      html`<div class="card">${list}</div>${commandOf(TEMPLATES.slice(0, 2))}`,
      { above: [at('/files'), visit.say('files')] },
    )
  })
  app.get('/templates/one', context => templatePage(context.get('visit'), context.req.query('template') ?? ''))
}

async function templatePage(visit: Visit, template: string) {
  const [templates, parts] = await Promise.all([visit.data<Template[]>(TEMPLATES), partsOf(visit, template)])
  const { description = '', events = [] } = templates.find(one => one.template === template) ?? {}
  const heads = [visit.say('fragment'), visit.say('from'), visit.say('replaces')]
  const trees = parts.map(part => {
    const rows = part.fragments.map(({ name, from, replaces }) => [
      html`<a href="${fragmentAddress(part.template, name)}">${name}</a>`,
      from === 'shipped' ? visit.word('state', from) : html`<b class="warn">${from}</b>`,
      replaces === null ? NONE : html`<code>${replaces}</code>`,
    ])
    return html`<section class="card"><h2>${part.template}</h2>${table(part.template, heads, rows, '')}
<p><a class="button quiet" href="${fragmentAddress(part.template, '', '/edit')}">${visit.say('newFragment')}</a></p></section>`
  })
  const body = html`<p>${description}</p><p>${visit.say('events')}: ${events.join(', ')}</p>${trees}${commandOf(['gabarit', 'templates', template])}`
  return page(visit, '/files', template, body, { above: [at('/templates'), visit.say('allTemplates')] })
}
