import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at } from '../base.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf, shellLine } from '../parts/command.ts'
import { hidden, hiddenToken, runButton } from '../parts/form.ts'
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

const VERIFY = ['gabarit', 'verify', '--json']
const MANAGED = ['gabarit', 'managed', '--json']

/** Files: those that somebody has edited, with the ways out, and where each comes from. */
export function serveFiles(app: Hono<Env>): void {
  app.get('/files', async context => {
    const visit = context.get('visit')
    const [{ drift, files, problems }, managed] = await Promise.all([
      visit.data<Verified>(VERIFY),
      visit.data<{ path: string; template: string }[]>(MANAGED),
    ])
    const rows = managed.map(({ path, template }) => [
      html`<a href="${at('/files/explain', { path })}">${path}</a>`,
      html`<code>${template}</code>`,
    ])
    const list = table(visit.say('files'), [visit.say('file'), visit.say('template')], rows, visit.say('noFiles'))
    const body = html`${notes('bad', visit.say('problems'), problems)}${notes('warn', visit.say('wouldChange'), files)}
${drift.length === 0 ? note('ok', visit.say('noDrift')) : drift.map(one => driftView(visit, one))}${commandOf(VERIFY.slice(0, 2))}
<section class="card"><h2>${visit.say('allFiles')}</h2>${list}${commandOf(MANAGED.slice(0, 2))}</section>`
    return page(visit, '/files', visit.say('files'), body)
  })
  app.get('/files/explain', async context => {
    const visit = context.get('visit')
    const words = ['gabarit', 'explain', '--', context.req.query('path') ?? '']
    const body = html`<div class="card">${outputView(visit, words, await visit.read(words))}</div>`
    return page(visit, '/files', context.req.query('path') ?? '', body)
  })
  app.get('/try', async context => {
    const visit = context.get('visit')
    const words = withOptions(wordsIn(context.req.query('words') ?? ''), '--dry-run')
    const body = html`<div class="card">${outputView(visit, words, await visit.read(words))}</div>`
    return page(visit, '', shellLine(words), body)
  })
}

/** A file that somebody has edited: keep it, drop the edit, or make a fragment of it. */
function driftView(visit: Visit, { path, state, pinned }: Drifted): Markup {
  const [restore, adopt] = [
    ['gabarit', 'restore', path],
    ['gabarit', 'adopt', path],
  ]
  const pin = html`<form class="act" method="post" action="${at('/run')}">${hiddenToken(visit)}${hidden('words', JSON.stringify(['gabarit', 'pin', path]))}
<label for="note-${path}">${visit.say('pinNote')}</label><input id="note-${path}" name="note" required autocomplete="off"><button class="quiet">${visit.say('pin')}</button>${commandOf(['gabarit', 'pin', path, '--note', '…'])}</form>`
  const ways = html`${tryLink(visit, restore)}${runButton(visit, restore, visit.say('restore'), { look: 'danger' })}${tryLink(visit, adopt)}${runButton(visit, adopt, visit.say('adopt'), { look: 'quiet' })}${pin}`
  return html`<section class="card"><h2>${path}</h2><p class="warn">${state}</p>${pinned === null ? NONE : note('ok', visit.say('pinned', pinned))}
<div class="acts">${pinned === null ? ways : runButton(visit, ['gabarit', 'unpin', path], visit.say('unpin'), { look: 'quiet' })}</div></section>`
}

/** The way to what a command would do, as text: for commands that make no plan. */
export function tryLink(visit: Visit, words: readonly string[]): Markup {
  return html`<div class="act"><a class="button quiet" href="${at('/try', { words: JSON.stringify(words) })}">${visit.say('dryRun')}</a>${commandOf([...words, '--dry-run'])}</div>`
}
