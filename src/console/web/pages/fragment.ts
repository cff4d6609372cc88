import type { Hono } from 'hono'
import { html } from 'hono/html'
import { fragmentAddress, fragmentOf, type ShownFragment, templateAddress } from '../fragment.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { diffView } from '../parts/diff.ts'
import { planButton, runButton } from '../parts/form.ts'
import { note } from '../parts/note.ts'
import { linesOf, numberedLines } from '../parts/numbered.ts'
import type { Env, Visit } from '../visit.ts'

/** One fragment: where it is from, its text, and what the site can do with it. */
export function serveFragments(app: Hono<Env>): void {
  app.get('/fragment', async context => {
    const visit = context.get('visit')
    const [template, fragment] = [context.req.query('template') ?? '', context.req.query('fragment') ?? '']
    const shown = await fragmentOf(visit, template, fragment)
    const { belongsTo, file, from, replaces, diff, text } = shown
    const body = html`<p>${visit.word('state', from)} · <code>${file}</code></p>
${replaces === null ? NONE : html`<p>${visit.say('replaces')}: <code>${replaces}</code></p>`}${staleView(visit, shown)}
<div class="acts">${acts(visit, shown)}</div>
${diff === '' ? NONE : html`<section class="card"><h2>${visit.say('differsFrom')}</h2>${diffView(diff)}</section>`}
<section class="card"><h2>${visit.say('text')}</h2>${numberedLines(linesOf(text))}${commandOf(['gabarit', 'fragment', 'show', template, fragment])}</section>`
    return page(visit, '/files', `${template} ${fragment}`, body, { above: [templateAddress(belongsTo), belongsTo] })
  })
}

function acts(visit: Visit, { template, fragment, own, replaces }: ShownFragment): Markup {
  const edit = html`<div class="act"><a class="button" href="${fragmentAddress(template, fragment, '/edit')}">${visit.say(own ? 'edit' : 'customize')}</a></div>`
  const remove = ['gabarit', 'fragment', 'remove', template, fragment]
  return html`${edit}${own ? planButton(remove, visit.say(replaces === null ? 'removeFragment' : 'backToShipped')) : NONE}`
}

/** What a release has changed in the fragment below, with the ways on. */
function staleView(visit: Visit, { template, fragment, state, merge }: ShownFragment): Markup {
  if (state === null) return NONE
  if (merge === null) return note(state === 'shadows nothing any more' ? 'warn' : 'ok', state)
  const keep = runButton(visit, ['gabarit', 'overrides', 'keep', template, fragment], visit.say('keepOwn'), {
    look: 'quiet',
  })
  if (merge.problem !== undefined)
    return html`${note('warn', html`${state}<br>${merge.problem}`)}<div class="acts">${keep}</div>`
  const conflicts = merge.conflicts === 0 ? NONE : html`<p class="warn">${visit.say('conflicts', merge.conflicts)}</p>`
  return html`${note('warn', state)}<section class="card"><h2>${visit.say('shippedChanged')}</h2>${diffView(merge.changes)}${conflicts}
<div class="acts"><div class="act"><a class="button" href="${fragmentAddress(template, fragment, '/edit', { merge: 'yes' })}">${visit.say('mergeIntoOwn')}</a></div>${keep}</div></section>`
}
