import { html } from 'hono/html'
import { type Markup, NONE } from '../markup.ts'
import type { Output, Visit } from '../visit.ts'
import { commandOf } from './command.ts'
import { note } from './note.ts'

/** What a command has printed, as it stands. */
export function outputView(visit: Visit, words: readonly string[], { status, stdout, stderr }: Output): Markup {
  const problem = status === 0 ? NONE : note('warn', visit.say('exitStatus', status))
  return html`${problem}<pre class="wrap" tabindex="0">${stdout}${stderr}</pre>${commandOf(words)}`
}

/** The output of a command that only looks: run when the page is asked for it, since it may take a while. */
export async function onDemand(visit: Visit, words: readonly string[], label: string): Promise<Markup> {
  if (visit.context.req.query('check') === 'yes') return outputView(visit, words, await visit.read(words))
  return html`<form class="act" method="get"><input type="hidden" name="check" value="yes"><button class="quiet">${label}</button>${commandOf(words)}</form>`
}
