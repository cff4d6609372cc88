import { html } from 'hono/html'
import { at } from '../base.ts'
import type { Markup } from '../markup.ts'
import type { PropertyChange } from '../status.ts'
import type { Visit } from '../visit.ts'
import { shellLine } from './command.ts'
import { moment } from './moment.ts'
import { table } from './table.ts'

/** An entry of the history, as `gabarit history --json` prints it. */
export interface Entry {
  readonly id: number
  readonly user: string
  readonly via: string
  readonly command: string
  readonly args: readonly string[]
  readonly comment: string | null
  readonly outcome: string
  readonly problems: readonly string[]
  readonly time: string
  readonly properties: readonly PropertyChange[]
  readonly paths: readonly string[]
}

/** Entries of the history, the newest first. */
export function entryTable(visit: Visit, entries: readonly Entry[]): Markup {
  const rows = entries.map(({ id, time, user, via, command, args, outcome, comment, properties, paths }) => [
    html`<a href="${at(`/history/${id}`)}">${id}</a>`,
    moment(visit, time),
    html`${user}<br><span class="soft small">${via}</span>`,
    html`<code>${shellLine([command, ...args])}</code>${comment === null ? '' : html`<br>${comment}`}`,
    html`<span class="${outcome === 'done' ? 'ok' : 'warn'}">${visit.word('outcome', outcome)}</span>`,
    visit.say('sizes', properties.length, paths.length),
  ])
  const heads = [
    visit.say('entry'),
    visit.say('when'),
    visit.say('who'),
    visit.say('command'),
    visit.say('outcome'),
    visit.say('size'),
  ]
  return table(visit.say('history'), heads, rows, visit.say('noEntries'))
}
