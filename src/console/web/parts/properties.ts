import { html } from 'hono/html'
import { recordAddress } from '../base.ts'
import { type Markup, NONE } from '../markup.ts'
import type { PropertyChange } from '../status.ts'
import type { Visit } from '../visit.ts'
import { groupedTable } from './table.ts'

/** The same below a title of its own. */
export function propertySection(visit: Visit, changes: readonly PropertyChange[]): Markup {
  return changes.length === 0 ? NONE : html`<h2>${visit.say('properties')}</h2>${propertyTable(visit, changes)}`
}

/** Changed properties, each with its old and its new value, below their record. */
export function propertyTable(visit: Visit, changes: readonly PropertyChange[]): Markup {
  if (changes.length === 0) return NONE
  const heads = [visit.say('record'), visit.say('property'), visit.say('before'), visit.say('after')]
  const groups = byRecord(changes).map(([{ database, key }, own]) => {
    const name = html`<a href="${recordAddress(database, key)}">${database} ${key}</a>`
    return [name, own.map(change => rowOf(visit, change))] as const
  })
  return groupedTable(visit.say('properties'), heads, groups, '')
}

type Group = [first: PropertyChange, changes: PropertyChange[]]

function byRecord(changes: readonly PropertyChange[]): Group[] {
  const groups: Group[] = []
  for (const change of changes) {
    const [first, own] = groups.at(-1) ?? []
    if (first?.database === change.database && first.key === change.key) own?.push(change)
    else groups.push([change, [change]])
  }
  return groups
}

function rowOf(visit: Visit, { property, old, new: now }: PropertyChange): Markup[] {
  const name = html`${property ?? html`<span class="soft">${visit.say('type')}</span>`}`
  return [name, value(visit, old), value(visit, now)]
}

function value(visit: Visit, text: string | null): Markup {
  return text === null ? html`<span class="soft">${visit.say('absent')}</span>` : html`<code>${text}</code>`
}
