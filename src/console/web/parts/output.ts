import { html } from 'hono/html'
import { type Markup, NONE } from '../markup.ts'
import type { Output, Visit } from '../visit.ts'
import { commandOf } from './command.ts'
import { note } from './note.ts'

/** What a command has printed, as it stands. */
export function outputView(visit: Visit, words: readonly string[], { status, stdout, stderr }: Output): Markup {
  const problem = status === 0 ? NONE : note('warn', visit.say('exitStatus', status))
  return html`${problem}<pre class="wrap" lang="en" tabindex="0">${stdout}${stderr}</pre>${commandOf(words)}`
}
