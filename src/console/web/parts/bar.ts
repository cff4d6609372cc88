import { html } from 'hono/html'
import { messageOf } from '../../../base/failure.ts'
import { at } from '../base.ts'
import { type Markup, NONE } from '../markup.ts'
import { type Status, statusFor, type Window } from '../status.ts'
import { Refused, type Visit } from '../visit.ts'
import { runButton } from './form.ts'

/** What waits, above each page: a change to confirm, and changes that are not live. @param here the page below */
export async function bar(visit: Visit, here: string): Promise<Markup> {
  const status = await statusOrProblem(visit)
  if (typeof status === 'string')
    return html`<div class="bar"><b>${visit.say('noStatus')}</b> <span>${status}</span></div>`
  const { confirmation } = status
  return html`${confirmation === null ? NONE : windowBar(visit, confirmation)}${here === '/changes' ? NONE : changesBar(visit, changesIn(status))}`
}

async function statusOrProblem(visit: Visit): Promise<Status | string> {
  try {
    return await statusFor(visit)
  } catch (error) {
    if (error instanceof Refused) throw error
    return messageOf(error)
  }
}

/** How many changes are not live: properties, else files that differ for another reason. */
export function changesIn({ properties, files }: Status): number {
  return properties.length || files.length
}

function changesBar(visit: Visit, count: number): Markup {
  if (count === 0) return NONE
  const text = visit.say('notLive', count)
  return html`<div class="bar"><b>${text}</b><a class="button" href="${at('/changes')}">${visit.say('lookAtChanges')}</a></div>`
}

function windowBar(visit: Visit, { left = 0, problem, command = '', args = [] }: Window): Markup {
  const clock = html`<b class="count" role="timer" data-until="${Math.round(left)}">${Math.ceil(left / 60)} min</b>`
  const text = problem
    ? html`<b>${visit.say('rollbackFailed')}</b> ${problem}`
    : html`${visit.say('goesBack')} ${clock}`
  return html`<div class="bar"><span>${text} (${[command, ...args].join(' ')})</span>
${runButton(visit, ['gabarit', 'confirm'], visit.say('keep'))}${runButton(visit, ['gabarit', 'confirm', 'cancel'], visit.say('takeBack'), { look: 'danger' })}</div>`
}
