import type { Hono } from 'hono'
import { html } from 'hono/html'
import { page } from '../layout.ts'
import { commandOf } from '../parts/command.ts'
import { eventForm } from '../parts/event-form.ts'
import { planAddress } from '../parts/form.ts'
import type { Env, Visit } from '../visit.ts'

/** What `gabarit events --json` prints. */
export interface Event {
  readonly event: string
  readonly usage: string | null
  readonly description: string | null
  readonly actions: readonly string[]
  readonly templates: readonly string[]
}

const EVENTS = ['gabarit', 'events', '--json']

/** All events: what each is for, and its plan. */
export function serveEvents(app: Hono<Env>): void {
  app.get('/events', async context => {
    const visit = context.get('visit')
    const events = await visit.data<Event[]>(EVENTS)
    const body = html`${events.map(event => eventView(visit, event))}${commandOf(EVENTS.slice(0, 2))}`
    return page(visit, '/events', visit.say('events'), body)
  })
  app.get('/events/plan', context => {
    const args = (context.req.query('arguments') ?? '').split(/\s+/).filter(word => word !== '')
    return context.redirect(planAddress(['gabarit', 'signal-event', context.req.query('event') ?? '', ...args]), 303)
  })
}

function eventView(visit: Visit, { event, usage, description, actions, templates }: Event) {
  return html`<section class="card"><h2>${event}</h2><p>${description}</p>
<details><summary>${visit.say('actionsAndFiles', actions.length, templates.length)}</summary><ul>${[...actions, ...templates].map(name => html`<li><code>${name}</code></li>`)}</ul></details>
${eventForm(visit, { event, usage })}</section>`
}
