import type { Hono } from 'hono'
import { html } from 'hono/html'
import { Failure } from '../../../base/failure.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf, shellLine } from '../parts/command.ts'
import { eventForm } from '../parts/event-form.ts'
import { liveForm, planAddress, planButton, runButton } from '../parts/form.ts'
import { note } from '../parts/note.ts'
import { isEmpty, type Plan, planView } from '../parts/plan.ts'
import { type Status, statusFor } from '../status.ts'
import type { Env, Visit } from '../visit.ts'
import { withOptions, wordsIn } from '../words.ts'
import type { Event } from './events.ts'

const MOST_EVENTS = 3
const APPLY = ['gabarit', 'apply']

/** What a command would do, before it does it: for all changes, an event, or the way back. */
export function servePlans(app: Hono<Env>): void {
  app.get('/changes', async context => {
    const visit = context.get('visit')
    const discard = runButton(visit, ['gabarit', 'discard'], visit.say('discard'), { look: 'danger' })
    return planPage(
      visit,
      '/changes',
      visit.say('changes'),
      APPLY,
      discard,
      fittingEvents(visit, await statusFor(visit)),
    )
  })
  app.get('/plan', context => {
    const visit = context.get('visit')
    const words = wordsIn(context.req.query('words') ?? '')
    return planPage(visit, '', shellLine(words), words, NONE)
  })
}

/** Events that fit the changes: unlike `apply` they also run actions, which give a new domain its host names. */
function fittingEvents(visit: Visit, { events, properties }: Status): Markup {
  if (events.length === 0 || properties.length === 0) return NONE
  const buttons = events
    .slice(0, MOST_EVENTS)
    .map(event => planButton(['gabarit', 'signal-event', ...event.split(' ')], event))
  return html`<section class="card"><h2>${visit.say('events')}</h2><p>${visit.say('eventsDoMore')}</p><div class="acts">${buttons}</div></section>`
}

async function planPage(
  visit: Visit,
  here: string,
  title: string,
  words: readonly string[],
  discard: Markup,
  before: Markup = NONE,
) {
  const checks = visit.context.req.query('check') === 'yes'
  const asked = withOptions(words, checks ? '--check' : '--dry-run', '--json')
  const plan = await orRefusal(visit.data<Plan>(asked))
  if (typeof plan === 'string') return refusedPage(visit, here, title, words, plan)
  const { properties = [] } = plan
  const empty = isEmpty(plan)
  const acts = html`<div class="acts">${empty || plan.plan === undefined ? NONE : liveForm(visit, words, plan.plan)}
<div class="act"><a class="button quiet" href="${planAddress(words, true)}">${visit.say('check')}</a>${commandOf([...words, '--check'])}</div>
${properties.length > 0 ? discard : NONE}</div>`
  const body = html`<p class="soft">${visit.say('shownBy')} ${commandOf(asked.filter(word => word !== '--json'))}</p>
${empty ? note('ok', visit.say(here === '/changes' ? 'allLive' : 'nothingToDo')) : NONE}<div class="plan"><div>${planView(visit, plan, wholePlan(visit))}${before}</div>
<section class="card"><h2>${visit.say('whatNow')}</h2>${acts}</section></div>`
  return page(visit, here, title, body)
}

/** The address of this page with all of a long plan; nothing if this is it. */
function wholePlan({ context }: Visit): string | undefined {
  const query = context.req.query()
  return query.all === 'yes' ? undefined : `?${new URLSearchParams({ ...query, all: 'yes' })}`
}

/** Why there is no plan, such as an argument that names nothing. An event can be asked for again with others. */
async function refusedPage(visit: Visit, here: string, title: string, words: readonly string[], problem: string) {
  const [, command, event = '', ...args] = words
  const again = command === 'signal-event' ? await askAgain(visit, event, args.join(' ')) : NONE
  const body = html`${note('bad', html`<b>${visit.say('noPlan')}</b><pre class="wrap" lang="en" tabindex="0">${problem}</pre>`)}${again}`
  return page(visit, here, title, body, { status: 422 })
}

async function askAgain(visit: Visit, event: string, args: string): Promise<Markup> {
  const known = await orRefusal(visit.data<Pick<Event, 'usage'>>(['gabarit', 'events', event, '--json']))
  return typeof known === 'string' ? NONE : eventForm(visit, { event, usage: known.usage, args })
}

/** What a command answers, or its words if it fails. */
export async function orRefusal<Data>(data: Promise<Data>): Promise<Data | string> {
  try {
    return await data
  } catch (error) {
    if (error instanceof Failure) return error.message
    throw error
  }
}
