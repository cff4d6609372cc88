import { html } from 'hono/html'
import { at } from '../base.ts'
import { type Markup, NONE } from '../markup.ts'
import type { Visit } from '../visit.ts'
import { commandOf } from './command.ts'

interface Wanted {
  readonly event: string
  /** What its arguments are called; null: it takes none. */
  readonly usage: string | null
  /** The arguments as they were typed. */
  readonly args?: string
}

/** Asks for the arguments of an event, to show what it would do. */
export function eventForm(visit: Visit, { event, usage, args = '' }: Wanted): Markup {
  const id = `arguments-${event}`
  const field =
    usage === null
      ? NONE
      : html`<label for="${id}">${usage}</label> <input id="${id}" name="arguments" value="${args}" autocomplete="off" spellcheck="false">`
  return html`<form class="act" method="get" action="${at('/events/plan')}"><input type="hidden" name="event" value="${event}">${field}
<button class="quiet">${visit.say('dryRun')}</button>${commandOf(['gabarit', 'signal-event', event, '--dry-run'])}</form>`
}
