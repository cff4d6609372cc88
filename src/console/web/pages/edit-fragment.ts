import type { Hono } from 'hono'
import { html } from 'hono/html'
import { orUndefined } from '../../../base/failure.ts'
import { at } from '../base.ts'
import { formText } from '../body.ts'
import { fragmentOf, templateAddress } from '../fragment.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { hidden, hiddenToken, lineField, liveForm } from '../parts/form.ts'
import { note } from '../parts/note.ts'
import { isEmpty, type Plan, planView } from '../parts/plan.ts'
import type { Env, Visit } from '../visit.ts'
import { withOptions } from '../words.ts'
import { startRun } from './run.ts'

/** A fragment as somebody has typed it. */
interface Draft {
  readonly template: string
  /** Empty: it has no name yet. */
  readonly fragment: string
  readonly text: string
  /** The hash of the one in effect when it was looked at; `none`: there was none. */
  readonly expect: string
  /** It has what the shipped one has now. */
  readonly merged: boolean
}

/** What is to be said about a draft. */
interface Said {
  readonly plan?: Plan
  readonly problem?: string
  /** Somebody else has changed the fragment. */
  readonly elsewhere?: boolean
}

/** The editor of a fragment. Nothing changes before the whole result was shown. */
export function serveFragmentEditor(app: Hono<Env>): void {
  app.get('/fragment/edit', async context => {
    const visit = context.get('visit')
    const [template, fragment] = [context.req.query('template') ?? '', context.req.query('fragment') ?? '']
    if (fragment === '') return editorPage(visit, { template, fragment, text: '', expect: 'none', merged: false })
    const { text, sha256, merge } = await fragmentOf(visit, template, fragment)
    const merged =
      context.req.query('merge') === 'yes' && merge !== null && merge.problem === undefined ? merge.text : undefined
    const draft = { template, fragment, text: merged ?? text, expect: sha256, merged: merged !== undefined }
    return editorPage(visit, draft)
  })
  app.post('/fragment/edit', async context => {
    const visit = context.get('visit')
    const form = await formText(context)
    const draft: Draft = {
      ...{ template: form('template'), fragment: form('fragment').trim(), text: form('text') },
      ...{ expect: form('expect'), merged: form('merged') === 'yes' },
    }
    const now = await hashNow(visit, draft)
    if (now !== draft.expect) return preview(visit, { ...draft, expect: now }, '--dry-run', true)
    if (form('plan') === '') return preview(visit, draft, form('check') === '' ? '--dry-run' : '--check')
    const live = withOptions(writeWords(draft), '--json-lines', '--plan', form('plan'))
    return startRun(visit, live, form, draft.text)
  })
}

/** The hash of the fragment in effect. */
async function hashNow(visit: Visit, { template, fragment }: Draft): Promise<string> {
  const { status, stdout } = await visit.read(['gabarit', 'fragment', 'show', template, fragment, '--json'])
  return status === 0 ? JSON.parse(stdout).sha256 : 'none'
}

function writeWords({ template, fragment, expect, merged }: Draft): string[] {
  return ['gabarit', 'fragment', 'write', template, fragment, '--expect', expect, ...(merged ? ['--merged'] : [])]
}

/** Shows everything that the text would change. */
async function preview(visit: Visit, draft: Draft, how: '--dry-run' | '--check', elsewhere = false) {
  const { stdout, stderr } = await visit.read(withOptions(writeWords(draft), how, '--json'), draft.text)
  const plan = orUndefined((): Plan => JSON.parse(stdout))
  return editorPage(visit, draft, { elsewhere, ...(plan === undefined ? { problem: stderr.trim() } : { plan }) })
}

function editorPage(visit: Visit, draft: Draft, { plan, problem, elsewhere = false }: Said = {}) {
  const { template, fragment } = draft
  const body = html`${elsewhere ? note('bad', visit.say('fragmentElsewhere')) : NONE}
${plan === undefined ? NONE : resultView(visit, draft, plan)}${editor(visit, draft, problem)}`
  const above = [templateAddress(template), template] as const
  const status = elsewhere ? 409 : problem === undefined ? 200 : 422
  return page(visit, '/files', fragment === '' ? visit.say('newFragment') : `${template} ${fragment}`, body, {
    status,
    above,
  })
}

/** All that changes, and the button that makes it live. */
function resultView(visit: Visit, draft: Draft, plan: Plan): Markup {
  if (isEmpty(plan)) return note('ok', visit.say('nothingToDo'))
  const live =
    plan.plan === undefined
      ? NONE
      : liveForm(visit, writeWords(draft), plan.plan, {
          action: '/fragment/edit',
          more: html`${carried(draft)}${hidden('fragment', draft.fragment)}${hidden('text', draft.text)}${hidden('plan', plan.plan)}`,
        })
  return html`${planView(visit, plan)}<section class="card"><h2>${visit.say('whatNow')}</h2>${live}</section>`
}

function carried({ template, expect, merged }: Draft): Markup {
  return html`${hidden('template', template)}${hidden('expect', expect)}${merged ? hidden('merged', 'yes') : NONE}`
}

function editor(visit: Visit, draft: Draft, problem: string | undefined): Markup {
  const { fragment, text } = draft
  const name =
    draft.expect === 'none'
      ? lineField({
          name: 'fragment',
          label: visit.say('name'),
          value: fragment,
          autocomplete: 'off',
          more: html`placeholder="30Name" spellcheck="false"`,
        })
      : hidden('fragment', fragment)
  const wrong =
    problem === undefined
      ? NONE
      : html`<div class="error" id="text-error" role="alert">${visit.say('refusedText')}<pre class="wrap" tabindex="0">${problem}</pre></div>`
  // HTML drops the first line break of a text area.
  return html`<form class="card" method="post" action="${at('/fragment/edit')}">${hiddenToken(visit)}${carried(draft)}${name}
<div class="field"><label for="text">${visit.say('text')}</label><p class="hint" id="text-hint">${visit.say('fragmentHint')}</p>${wrong}
<textarea class="code" id="text" name="text" rows="24" spellcheck="false" autocapitalize="off" aria-describedby="text-hint${problem === undefined ? '' : ' text-error'}"${problem === undefined ? NONE : html` aria-invalid="true"`}>
${text}</textarea></div>
<div class="acts"><button>${visit.say('preview')}</button><button class="quiet" name="check" value="yes">${visit.say('check')}</button></div>
${commandOf([...writeWords(draft).slice(0, 5), '--dry-run'])}</form>`
}
