import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at } from '../base.ts'
import { formText } from '../body.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { diffView } from '../parts/diff.ts'
import { hidden, hiddenToken, lineField, runButton } from '../parts/form.ts'
import { note } from '../parts/note.ts'
import { propertyTable } from '../parts/properties.ts'
import { table } from '../parts/table.ts'
import type { PropertyChange } from '../status.ts'
import type { Env, Visit } from '../visit.ts'
import { FLEET, type Fleet, type FleetHost, type Rollout, serveFleetHosts, troubleOf } from './fleet-host.ts'
import { startRun } from './run.ts'

/** What `gabarit fleet diff --json` prints: what the next release changes, by part of the fleet. */
interface Difference {
  readonly parts: readonly {
    readonly part: string
    readonly properties: readonly PropertyChange[]
    readonly files: readonly { readonly path: string; readonly diff: string }[]
  }[]
}

const DIFF = ['gabarit', 'fleet', 'diff', '--json']
const PUBLISH = ['gabarit', 'fleet', 'publish']

/** The fleet: its roll-out, its hosts, and what the next release changes. */
export function serveFleet(app: Hono<Env>): void {
  app.get('/fleet', async context => {
    const visit = context.get('visit')
    const [fleet, { parts }] = await Promise.all([visit.data<Fleet>(FLEET), visit.data<Difference>(DIFF)])
    const { rollout, problem, leader, hosts } = fleet
    const body = html`${leader === null ? note('bad', visit.say('noLeader')) : NONE}
<section class="card"><h2>${visit.say('rollout')}</h2>${problem === null ? rolloutView(visit, rollout) : note('bad', html`<pre class="wrap" lang="en" tabindex="0">${problem}</pre>`)}</section>
<section class="card"><h2>${visit.say('fleetHosts')}</h2>${hostTable(visit, hosts)}${commandOf(FLEET.slice(0, -1))}</section>
<section class="card"><h2>${visit.say('nextRelease')}</h2>${differences(visit, parts)}
${parts.length === 0 || rollout?.state === 'running' ? NONE : publishForm(visit)}${commandOf(DIFF.slice(0, -1))}</section>`
    return page(visit, '/fleet', visit.say('fleet'), body)
  })
  app.post('/fleet/back', async context => {
    const visit = context.get('visit')
    const form = await formText(context)
    return startRun(visit, ['gabarit', 'fleet', 'back', form('release')], form, '')
  })
  serveFleetHosts(app)
}

function rolloutView(visit: Visit, rollout: Rollout | null): Markup {
  if (rollout === null) return html`<p class="soft">${visit.say('nothingPublished')}</p>`
  const { release, state, wave, waves, reason } = rollout
  if (state === 'done') return html`${note('ok', visit.say('rolledOut', release))}${backForm(visit, release)}`
  if (state === 'running')
    return html`${note('warn', visit.say('rollsOut', release, wave + 1, waves.length))}
<div class="acts">${runButton(visit, ['gabarit', 'fleet', 'halt'], visit.say('halt'), { look: 'danger' })}</div>`
  return html`${note('bad', html`${visit.say('rolloutHalted', release, wave + 1, waves.length)}<pre class="wrap" lang="en" tabindex="0">${reason}</pre>`)}
<div class="acts">${runButton(visit, ['gabarit', 'fleet', 'resume'], visit.say('resume'))}</div>${backForm(visit, release)}`
}

/** Goes back to what an earlier release had, as a new one. */
function backForm(visit: Visit, newest: number): Markup {
  if (newest < 2) return NONE
  const field = { name: 'release', label: visit.say('backToRelease'), autocomplete: 'off', value: String(newest - 1) }
  return html`<form class="act" method="post" action="${at('/fleet/back')}">${hiddenToken(visit)}${lineField({ ...field, more: html`inputmode="numeric"` })}
<button class="quiet">${visit.say('goBackTo')}</button>${commandOf(['gabarit', 'fleet', 'back', String(newest - 1)])}</form>`
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

function differences(visit: Visit, parts: Difference['parts']): Markup {
  if (parts.length === 0) return note('ok', visit.say('nothingDiffers'))
  return html`${parts.map(
    ({ part, properties, files }) =>
      html`<h3>${part}</h3>${propertyTable(visit, properties)}${files.map(
        ({ path, diff }) =>
          html`<details class="file" open><summary><b>${path}</b></summary>${diffView(diff)}</details>`,
      )}`,
  )}`
}

function publishForm(visit: Visit): Markup {
  return html`<form class="act" method="post" action="${at('/run')}">${hiddenToken(visit)}${hidden('words', JSON.stringify(PUBLISH))}
<div class="field"><label for="comment">${visit.say('noteForHistory')}</label><input id="comment" name="comment" maxlength="200" autocomplete="off"></div>
<button>${visit.say('publish')}</button>${commandOf(PUBLISH)}</form>`
}
