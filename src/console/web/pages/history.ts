import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at } from '../base.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf, shellLine } from '../parts/command.ts'
import { diffView } from '../parts/diff.ts'
import { type Entry, entryTable } from '../parts/entries.ts'
import { planButton } from '../parts/form.ts'
import { moment } from '../parts/moment.ts'
import { note, notes } from '../parts/note.ts'
import { propertySection } from '../parts/properties.ts'
import type { Env, Visit } from '../visit.ts'

/** How many entries a page lists. */
const LISTED = 50

/** What was done, and the ways back. */
export function serveHistory(app: Hono<Env>): void {
  app.get('/history', async context => {
    const visit = context.get('visit')
    const until = context.req.query('until')
    const words = ['gabarit', 'history', '--limit', String(LISTED), ...(until === undefined ? [] : ['--until', until])]
    const entries = await visit.data<Entry[]>([...words, '--json'])
    const body = html`<div class="card">${entryTable(visit, entries)}${olderLink(visit, entries)}</div>${commandOf(words)}`
    return page(visit, '/history', visit.say('history'), body)
  })
  app.get('/history/:id', context => entryPage(context.get('visit'), context.req.param('id')))
}

/** A page of all 10,000 entries would take seconds, and 200 MiB. */
function olderLink(visit: Visit, entries: readonly Entry[]): Markup {
  const last = entries[LISTED - 1]
  if (last === undefined) return NONE
  const until = new Date(Date.parse(last.time) - 1).toISOString()
  return html`<p><a href="${at('/history', { until })}">${visit.say('olderEntries')}</a></p>`
}

async function entryPage(visit: Visit, id: string) {
  if (!/^\d+$/.test(id)) return visit.context.notFound()
  const words = ['gabarit', 'show', id]
  const [entry, { stdout }] = await Promise.all([visit.data<Entry>([...words, '--json']), visit.read(words)])
  const { user, via, time, command, args, comment, outcome, problems, properties } = entry
  const body = html`<p>${moment(visit, time)} · ${user} (${via}) · <code>${shellLine([command, ...args])}</code></p>
${note(outcome === 'done' ? 'ok' : 'warn', visit.word('outcome', outcome))}${comment === null ? NONE : html`<p>${comment}</p>`}${notes('bad', visit.say('problems'), problems)}
${properties.length === 0 ? NONE : html`<section class="card">${propertySection(visit, properties)}</section>`}
<section class="card"><h2>${visit.say('allOfIt')}</h2>${diffView(stdout)}${commandOf(words)}</section>
<section class="card"><h2>${visit.say('waysBack')}</h2><div class="acts">${properties.length === 0 ? NONE : planButton(['gabarit', 'revert', id], visit.say('revert'))}
${planButton(['gabarit', 'rollback', id], visit.say('rollback', id))}</div></section>`
  return page(visit, '/history', visit.say('entryNumber', id), body)
}
