import { html } from 'hono/html'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { table } from '../parts/table.ts'
import type { Visit } from '../visit.ts'
import { type LeavingOut, leaveOutForm } from './certificate-names.ts'

/** What `gabarit letsencrypt check --json` prints. */
interface Checks {
  readonly general: readonly Check[]
  readonly names: readonly { readonly name: string; readonly results: readonly Check[] }[]
  readonly preview: LeavingOut
}

interface Check {
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped'
  readonly reason: string
  readonly hint?: string
}

const CHECK = ['gabarit', 'letsencrypt', 'check']

/** Whether the authority would accept each name, and why not: asked when somebody wants it, since it takes a while. */
export async function nameChecks(visit: Visit): Promise<Markup> {
  if (visit.context.req.query('check') !== 'yes')
    return html`<form class="act" method="get"><input type="hidden" name="check" value="yes"><button class="quiet">${visit.say('checkNow')}</button>${commandOf(CHECK)}</form>`
  const { general, names, preview } = await visit.data<Checks>([...CHECK, '--json'])
  const heads = [visit.say('name'), visit.say('outcome')]
  const rows = names.map(({ name, results }) => [name, objections(visit, results)])
  return html`${general.some(isObjection) ? objections(visit, general) : NONE}${table(visit.say('checkNames'), heads, rows, visit.say('noCertificates'))}${commandOf(CHECK)}${leaveOutForm(visit, preview)}`
}

function objections(visit: Visit, results: readonly Check[]): Markup {
  const found = results.filter(isObjection)
  if (found.length === 0) return html`<span class="ok">${visit.say('accepted')}</span>`
  const items = found.map(
    ({ state, reason, hint = '' }) =>
      html`<li class="${state === 'failed' ? 'bad' : 'warn'}">${reason}<br><span class="soft small">${hint}</span></li>`,
  )
  return html`<ul class="steps" lang="en">${items}</ul>`
}

function isObjection({ state }: Check): boolean {
  return state === 'failed' || state === 'warning'
}
