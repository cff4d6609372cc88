import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at } from '../base.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf, shellLine } from '../parts/command.ts'
import { diffView } from '../parts/diff.ts'
import { commentField, hidden, hiddenToken, planButton } from '../parts/form.ts'
import { note } from '../parts/note.ts'
import { propertySection, propertyTable } from '../parts/properties.ts'
import { table } from '../parts/table.ts'
import type { PropertyChange } from '../status.ts'
import type { Key } from '../text/languages.ts'
import type { Env, Visit } from '../visit.ts'
import { withOptions, wordsIn } from '../words.ts'
import { orRefusal } from './plan.ts'

/** What is different in one part of the fleet. */
export interface FleetPart {
  readonly part: string
  readonly properties: readonly PropertyChange[]
  readonly files: readonly { readonly path: string; readonly diff: string }[]
}

/** What the subcommands of `gabarit fleet` print with `--dry-run --json`: each a part of it. */
interface Outlook {
  readonly plan?: string
  readonly release?: number
  /** Who gets the release, and when. */
  readonly waves?: readonly (readonly string[])[]
  /** Who does not get it. */
  readonly without?: readonly string[]
  readonly parts?: readonly FleetPart[]
  readonly adopted?: readonly PropertyChange[]
}

interface Verb {
  readonly label: Key
  /** What its note is for. */
  readonly note?: Key
  readonly look?: 'danger'
}

const VERBS: Readonly<Record<string, Verb>> = {
  publish: { label: 'publish', note: 'releaseNote' },
  back: { label: 'goBackTo', note: 'releaseNote' },
  resume: { label: 'resume' },
  halt: { label: 'halt', note: 'haltNote', look: 'danger' },
  pull: { label: 'pull' },
  adopt: { label: 'adoptDrift' },
}

/** What a subcommand of `gabarit fleet` would do, before it does it. */
export function serveFleetPlans(app: Hono<Env>): void {
  app.get('/fleet/plan', async context => {
    const visit = context.get('visit')
    const words = wordsIn(context.req.query('words') ?? '')
    const outlook = await outlookOf(visit, words)
    return typeof outlook === 'string' ? refusedPlan(visit, words, outlook) : fleetPlan(visit, words, outlook)
  })
}

/** What a command would do, or why it would not. */
export function outlookOf(visit: Visit, words: readonly string[]): Promise<Outlook | string> {
  return orRefusal(visit.data<Outlook>(withOptions(words, '--dry-run', '--json')))
}

export function fleetPlan(visit: Visit, words: readonly string[], outlook: Outlook) {
  const { release = 0, waves = [], without, parts = [], adopted = [], plan } = outlook
  const rows = waves.map((hosts, at) => [visit.say('wave', at + 1), hosts.join(' ')])
  const heads = [visit.say('rollout'), visit.say('fleetHosts')]
  const to = html`<section class="card"><h2>${visit.say('goesTo', release, waves.flat().length)}</h2>${table(visit.say('rollout'), heads, rows, '')}</section>`
  const left = html`<section class="card"><h2>${visit.say('notTo', release)}</h2><p>${without?.join(' ') || visit.say('everyHostHasIt')}</p></section>`
  const body = html`<p class="soft">${visit.say('shownBy')} ${commandOf([...words, '--dry-run'])}</p>
<div class="plan"><div>${waves.length === 0 ? NONE : to}${without === undefined ? NONE : left}
${parts.length === 0 ? NONE : html`<section class="card"><h2>${visit.say('changes')}</h2>${partsView(visit, parts)}</section>`}
${adopted.length === 0 ? NONE : html`<section class="card">${propertySection(visit, adopted)}</section>`}</div>
<section class="card"><h2>${visit.say('whatNow')}</h2>${actForm(visit, words, plan)}</section></div>`
  return page(visit, '/fleet', titleOf(visit, words), body, { above: aboveOf(visit) })
}

/** Carries out exactly this plan, if it is one. */
function actForm(visit: Visit, words: readonly string[], plan: string | undefined): Markup {
  const { label, note: about, look } = verbOf(words)
  const act = plan === undefined ? words : withOptions(words, '--plan', plan)
  const field = about === undefined ? NONE : commentField(visit.say(about))
  return html`<form class="act" method="post" action="${at('/run')}">${hiddenToken(visit)}${hidden('words', JSON.stringify(act))}${field}
<button${look === undefined ? NONE : html` class="${look}"`}>${visit.say(label)}</button>${commandOf(act)}</form>`
}

/** Why there is no plan; for what two controllers have both changed, the ways out. */
function refusedPlan(visit: Visit, words: readonly string[], problem: string) {
  const [, , verb] = words
  const ways =
    verb === 'pull' && words.length === 3
      ? html`<div class="acts">${planButton([...words, '--mine'], visit.say('keepMine'))}${planButton([...words, '--theirs'], visit.say('takeTheirs'))}</div>`
      : NONE
  const body = html`${note('bad', html`<b>${visit.say('noPlan')}</b><pre class="wrap" lang="en" tabindex="0">${problem}</pre>`)}${ways}`
  return page(visit, '/fleet', titleOf(visit, words), body, { status: 422, above: aboveOf(visit) })
}

/** What differs, by part of the fleet. */
export function partsView(visit: Visit, parts: readonly FleetPart[]): Markup {
  return html`${parts.map(
    ({ part, properties, files }) =>
      html`<h3>${part}</h3>${propertyTable(visit, properties)}${files.map(
        ({ path, diff }) =>
          html`<details class="file" open><summary><b>${path}</b></summary>${diffView(diff)}</details>`,
      )}`,
  )}`
}

function verbOf([, , verb = '']: readonly string[]): Verb {
  return Object.hasOwn(VERBS, verb) ? (VERBS[verb] ?? OTHER) : OTHER
}

const OTHER: Verb = { label: 'confirm' }

function titleOf(visit: Visit, words: readonly string[]): string {
  const verb = verbOf(words)
  return verb === OTHER ? shellLine(words) : visit.say(verb.label)
}

function aboveOf(visit: Visit): readonly [string, string] {
  return [at('/fleet'), visit.say('fleet')]
}
