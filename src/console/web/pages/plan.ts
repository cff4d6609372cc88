import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at } from '../base.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf, shellLine } from '../parts/command.ts'
import { hidden, hiddenToken, planAddress, runButton } from '../parts/form.ts'
import { note } from '../parts/note.ts'
import { isEmpty, type Plan, planView } from '../parts/plan.ts'
import type { Env, Visit } from '../visit.ts'
import { withOptions, wordsIn } from '../words.ts'

const APPLY = ['gabarit', 'apply']
/** How long to wait for a confirmation; the first: as the server decides. */
const WINDOWS = ['', '5m', '10m', '30m', '1h', 'no']

/** What a command would do, before it does it: for all changes, an event, or the way back. */
export function servePlans(app: Hono<Env>): void {
  app.get('/changes', context => {
    const visit = context.get('visit')
    const discard = runButton(visit, ['gabarit', 'discard'], visit.say('discard'), { look: 'danger' })
    return planPage(visit, '/changes', visit.say('changes'), APPLY, discard)
  })
  app.get('/plan', context => {
    const visit = context.get('visit')
    const words = wordsIn(context.req.query('words') ?? '')
    return planPage(visit, '', shellLine(words), words, NONE)
  })
}

async function planPage(visit: Visit, here: string, title: string, words: readonly string[], discard: Markup) {
  const checks = visit.context.req.query('check') === 'yes'
  const asked = withOptions(words, checks ? '--check' : '--dry-run', '--json')
  const plan = await visit.data<Plan>(asked)
  const { properties = [] } = plan
  const empty = isEmpty(plan)
  const acts = html`<div class="acts">${empty || plan.plan === undefined ? NONE : liveForm(visit, words, plan.plan)}
<div class="act"><a class="button quiet" href="${planAddress(words, true)}">${visit.say('check')}</a>${commandOf([...words, '--check'])}</div>
${properties.length > 0 ? discard : NONE}</div>`
  const body = html`<p>${visit.say('shownBy')} ${commandOf(asked.filter(word => word !== '--json'))}</p>
${empty ? note('ok', visit.say(here === '/changes' ? 'allLive' : 'nothingToDo')) : NONE}${planView(visit, plan)}
<section class="card"><h2>${visit.say('whatNow')}</h2>${acts}</section>`
  return page(visit, here, title, body)
}

/** The button that carries out exactly this plan, with a note and a time to confirm. */
function liveForm(visit: Visit, words: readonly string[], plan: string): Markup {
  const live = withOptions(words, '--json-lines', '--plan', plan)
  const windows = WINDOWS.map(
    time =>
      html`<option value="${time}">${time === '' ? visit.say('asUsual') : time === 'no' ? visit.say('never') : time}</option>`,
  )
  return html`<form class="act" method="post" action="${at('/run')}">${hiddenToken(visit)}${hidden('words', JSON.stringify(live))}
<div class="field"><label for="comment">${visit.say('noteForHistory')}</label><input id="comment" name="comment" maxlength="200" autocomplete="off"></div>
<div class="field"><label for="within">${visit.say('confirmWithin')}</label><select id="within" name="within">${windows}</select></div>
<button>${visit.say('makeLive')}</button>${commandOf(withOptions(words, '--plan', plan))}</form>`
}
