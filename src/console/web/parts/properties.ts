import { html } from 'hono/html'
import { at } from '../base.ts'
import { type Markup, NONE } from '../markup.ts'
import type { PropertyChange } from '../status.ts'
import type { Visit } from '../visit.ts'
import { table } from './table.ts'

/** Changed properties, each with its old and its new value. */
export function propertyTable(visit: Visit, changes: readonly PropertyChange[]): Markup {
  if (changes.length === 0) return NONE
  const rows = changes.map(({ database, key, property, old, new: now }) => [
    html`<a href="${at(`/records/${encodeURIComponent(database)}/record`, { key })}">${database} ${key}</a>`,
    property ?? html`<span class="soft">${visit.say('type')}</span>`,
    value(visit, old),
    value(visit, now),
  ])
  const heads = [visit.say('record'), visit.say('property'), visit.say('before'), visit.say('after')]
  return html`<h2>${visit.say('properties')}</h2>${table(visit.say('properties'), heads, rows, '')}`
}

function value(visit: Visit, text: string | null): Markup {
  return text === null ? html`<span class="soft">${visit.say('absent')}</span>` : html`<code>${text}</code>`
}
