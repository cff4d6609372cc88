import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at } from '../base.ts'
import { fragmentAddress, templateAddress } from '../fragment.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf, shellLine } from '../parts/command.ts'
import { hidden, hiddenToken, planButton, runButton } from '../parts/form.ts'
import { note, notes } from '../parts/note.ts'
import { outputView } from '../parts/output.ts'
import { table } from '../parts/table.ts'
import type { Env, Visit } from '../visit.ts'
import { withOptions, wordsIn } from '../words.ts'

/** What `gabarit verify --json` prints. */
interface Verified {
  readonly files: readonly string[]
  readonly drift: readonly Drifted[]
  readonly problems: readonly string[]
}

interface Drifted {
  readonly path: string
  readonly state: string
  /** The note. */
  readonly pinned: string | null
}

/** What `gabarit overrides --json` prints of each. */
interface Override {
  readonly kind: string
  readonly name: readonly [template: string, fragment: string]
  readonly state: string
  readonly replaces: string | null
}

const NEEDS_SOMEBODY = ['stale', 'shadows nothing any more']
const OVERRIDES = ['gabarit', 'overrides', '--json']
const VERIFY = ['gabarit', 'verify', '--json']
const MANAGED = ['gabarit', 'managed', '--json']

/** Files: those that somebody has edited, with the ways out; the site's own fragments; and all files. */
export function serveFiles(app: Hono<Env>): void {
  app.get('/files', async context => {
    const visit = context.get('visit')
    const [{ drift, files, problems }, managed, overrides] = await Promise.all([
      visit.data<Verified>(VERIFY),
      visit.data<{ path: string; template: string }[]>(MANAGED),
      visit.data<Override[]>(OVERRIDES),
    ])
    const rows = managed.map(({ path, template }) => [
      html`<a href="${at('/files/explain', { path })}">${path}</a>`,
      html`<a href="${templateAddress(template)}">${template}</a>`,
    ])
    const list = table(visit.say('files'), [visit.say('file'), visit.say('template')], rows, visit.say('noFiles'))
    const body = html`${notes('bad', visit.say('problems'), problems)}${notes('warn', visit.say('wouldChange'), files)}
${drift.length === 0 ? note('ok', visit.say('noDrift')) : drift.map(one => driftView(visit, one))}${commandOf(VERIFY.slice(0, 2))}
${overrideList(visit, overrides)}
<section class="card"><h2>${visit.say('allFiles')}</h2>${list}${commandOf(MANAGED.slice(0, 2))}</section>`
    return page(visit, '/files', visit.say('files'), body)
  })
  app.get('/try', async context => {
    const visit = context.get('visit')
    const words = withOptions(wordsIn(context.req.query('words') ?? ''), '--dry-run')
    const body = html`<div class="card">${outputView(visit, words, await visit.read(words))}</div>`
    return page(visit, '', shellLine(words), body)
  })
}

/** The site's own fragments, and how each relates to what is shipped. */
function overrideList(visit: Visit, overrides: readonly Override[]): Markup {
  const rows = overrides.map(({ kind, name: [template, fragment], state, replaces }) => [
    kind === 'template' && !fragment.endsWith('template.json')
      ? html`<a href="${fragmentAddress(template, fragment)}">${template} ${fragment}</a>`
      : `${template} ${fragment}`,
    html`<span class="${NEEDS_SOMEBODY.includes(state) ? 'warn' : 'soft'}">${state}</span>`,
    replaces === null ? NONE : html`<code>${replaces}</code>`,
  ])
  const heads = [visit.say('fragment'), visit.say('condition'), visit.say('replaces')]
  return html`<section class="card"><h2>${visit.say('overrides')}</h2>${table(visit.say('overrides'), heads, rows, visit.say('noOverrides'))}
<p><a class="button quiet" href="${at('/templates')}">${visit.say('allTemplates')}</a></p>${commandOf(OVERRIDES.slice(0, 2))}</section>`
}

/** A file that somebody has edited: keep it, drop the edit, or make a fragment of it. */
function driftView(visit: Visit, { path, state, pinned }: Drifted): Markup {
  const [restore, adopt] = [
    ['gabarit', 'restore', path],
    ['gabarit', 'adopt', path],
  ]
  const pin = html`<form class="act" method="post" action="${at('/run')}">${hiddenToken(visit)}${hidden('words', JSON.stringify(['gabarit', 'pin', path]))}
<label for="note-${path}">${visit.say('pinNote')}</label><input id="note-${path}" name="note" required autocomplete="off"><button class="quiet">${visit.say('pin')}</button>${commandOf(['gabarit', 'pin', path, '--note', '…'])}</form>`
  const ways = html`${planButton(restore, visit.say('restore'))}${tryLink(visit, adopt)}${runButton(visit, adopt, visit.say('adopt'), { look: 'quiet' })}${pin}`
  return html`<section class="card"><h2>${path}</h2><p class="warn">${state}</p>${pinned === null ? NONE : note('ok', visit.say('pinned', pinned))}
<div class="acts">${pinned === null ? ways : runButton(visit, ['gabarit', 'unpin', path], visit.say('unpin'), { look: 'quiet' })}</div></section>`
}

/** The way to what a command would do, as text: for commands that make no plan. */
export function tryLink(visit: Visit, words: readonly string[]): Markup {
  return html`<div class="act"><a class="button quiet" href="${at('/try', { words: JSON.stringify(words) })}">${visit.say('dryRun')}</a>${commandOf([...words, '--dry-run'])}</div>`
}
