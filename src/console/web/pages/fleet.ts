import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at } from '../base.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { lineField, planButton } from '../parts/form.ts'
import { note } from '../parts/note.ts'
import { table } from '../parts/table.ts'
import type { Env, Visit } from '../visit.ts'
import { FLEET, type Fleet, type FleetHost, type Rollout, serveFleetHosts, troubleOf } from './fleet-host.ts'
import { type FleetPart, fleetPlan, outlookOf, partsView, serveFleetPlans } from './fleet-plan.ts'

/** What `gabarit fleet diff --json` prints: what the next release changes, by part of the fleet. */
interface Difference {
  readonly parts: readonly FleetPart[]
  /** The release that it is compared with; null: none. */
  readonly since: number | null
  /** The newest in the store. */
  readonly newest: number
}

const DIFF = ['gabarit', 'fleet', 'diff', '--json']
const PUBLISH = ['gabarit', 'fleet', 'publish']
const PULL = ['gabarit', 'fleet', 'pull']

/** The fleet: its roll-out, its hosts, and what the next release changes. */
export function serveFleet(app: Hono<Env>): void {
  app.get('/fleet', context => fleetPage(context.get('visit')))
  // What is wrong with the number stands at its field.
  app.get('/fleet/back', async context => {
    const visit = context.get('visit')
    const release = (context.req.query('release') ?? '').trim()
    const words = ['gabarit', 'fleet', 'back', release]
    const outlook = await outlookOf(visit, words)
    return typeof outlook === 'string'
      ? fleetPage(visit, { release, problem: outlook })
      : fleetPlan(visit, words, outlook)
  })
  serveFleetHosts(app)
  serveFleetPlans(app)
}

/** A release to go back to that is refused. */
interface WrongRelease {
  /** As it was typed. */
  readonly release: string
  readonly problem: string
}

async function fleetPage(visit: Visit, wrong?: WrongRelease) {
  const [fleet, difference] = await Promise.all([visit.data<Fleet>(FLEET), visit.data<Difference>(DIFF)])
  const { rollout, problem, leader, hosts } = fleet
  const { parts, since, newest } = difference
  const outdated =
    newest > (since ?? 0)
      ? note('warn', html`${visit.say('publishedElsewhere', newest)}${planButton(PULL, visit.say('pull'))}`)
      : NONE
  const body = html`${leader === null ? note('bad', visit.say('noLeader')) : NONE}
<section class="card"><h2>${visit.say('rollout')}</h2>${problem === null ? rolloutView(visit, rollout, wrong) : note('bad', html`<pre class="wrap" lang="en" tabindex="0">${problem}</pre>`)}</section>
<section class="card"><h2>${visit.say('fleetHosts')}</h2>${hostTable(visit, hosts)}${commandOf(FLEET.slice(0, -1))}</section>
<section class="card"><h2>${visit.say('nextRelease')}</h2>${outdated}${parts.length === 0 ? note('ok', visit.say('nothingDiffers')) : partsView(visit, parts)}
${parts.length === 0 || rollout?.state === 'running' ? NONE : planButton(PUBLISH, visit.say('publish'))}${commandOf(DIFF.slice(0, -1))}</section>`
  return page(visit, '/fleet', visit.say('fleet'), body, { status: wrong === undefined ? 200 : 422 })
}

function rolloutView(visit: Visit, rollout: Rollout | null, wrong: WrongRelease | undefined): Markup {
  if (rollout === null)
    return html`<p class="soft">${visit.say('nothingPublished')}</p>${wrong === undefined ? NONE : backForm(visit, 0, wrong)}`
  const { release, state, wave, waves, reason } = rollout
  if (state === 'done') return html`${note('ok', visit.say('rolledOut', release))}${backForm(visit, release, wrong)}`
  if (state === 'running')
    return html`${note('warn', visit.say('rollsOut', release, wave + 1, waves.length))}${wrong === undefined ? NONE : backForm(visit, release, wrong)}
<div class="acts">${planButton(['gabarit', 'fleet', 'halt'], visit.say('halt'))}</div>`
  return html`${note('bad', html`${visit.say('rolloutHalted', release, wave + 1, waves.length)}<pre class="wrap" lang="en" tabindex="0">${reason}</pre>`)}
<div class="acts">${planButton(['gabarit', 'fleet', 'resume'], visit.say('resume'))}</div>${backForm(visit, release, wrong)}`
}

/** Asks for an earlier release, to show what going back to it would do. */
function backForm(visit: Visit, newest: number, wrong: WrongRelease | undefined): Markup {
  if (newest < 2 && wrong === undefined) return NONE
  const { release = String(newest - 1), problem } = wrong ?? {}
  const field = { name: 'release', label: visit.say('backToRelease'), autocomplete: 'off', value: release }
  const problems = problem === undefined ? [] : [problem]
  return html`<form class="act" method="get" action="${at('/fleet/back')}">${lineField({ ...field, problems, more: html`inputmode="numeric"` })}
<button class="quiet">${visit.say('goBackTo')}</button>${commandOf(['gabarit', 'fleet', 'back', String(newest - 1), '--dry-run'])}</form>`
}

function hostTable(visit: Visit, hosts: readonly FleetHost[]): Markup {
  const rows = hosts.map(host => [
    html`<a href="${at('/fleet/host', { name: host.name })}">${host.name}</a>`,
    host.status === null || host.status.at === 0 ? '' : host.status.at,
    troubleOf(visit, host),
    host.drifts ? html`<span class="warn">${visit.say('drifts')}</span>` : '',
    [...(host.controller ? [visit.say('controller')] : []), ...host.groups].join(' '),
  ])
  const heads = (['host', 'release', 'condition', 'changedThere', 'groups'] as const).map(key => visit.say(key))
  return table(visit.say('fleetHosts'), heads, rows, visit.say('noHosts'))
}
