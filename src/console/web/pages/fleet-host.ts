import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at } from '../base.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { planButton } from '../parts/form.ts'
import { moment } from '../parts/moment.ts'
import { note } from '../parts/note.ts'
import { table } from '../parts/table.ts'
import type { Env, Visit } from '../visit.ts'

/** What `gabarit fleet status --json` prints. */
export interface Fleet {
  readonly rollout: Rollout | null
  /** Why what the store says of the roll-out is not believed. */
  readonly problem: string | null
  readonly leader: string | null
  readonly hosts: readonly FleetHost[]
}

export interface Rollout {
  readonly release: number
  readonly state: 'running' | 'halted' | 'done'
  readonly waves: readonly (readonly string[])[]
  readonly wave: number
  readonly reason: string
}

export interface FleetHost {
  readonly name: string
  readonly controller: boolean
  readonly groups: readonly string[]
  readonly status: {
    readonly at: number
    readonly release: number
    readonly attempt: number
    readonly state: string
    readonly reason: string
    readonly health: string
    readonly entry: number | null
  } | null
  readonly drifts: boolean
  readonly silentSince: string | null
  readonly trouble: string | null
}

export const FLEET = ['gabarit', 'fleet', 'status', '--json']

/** One host of the fleet in detail. */
export function serveFleetHosts(app: Hono<Env>): void {
  app.get('/fleet/host', async context => {
    const visit = context.get('visit')
    const { rollout, hosts } = await visit.data<Fleet>(FLEET)
    const host = hosts.find(({ name }) => name === context.req.query('name'))
    if (host === undefined) return context.notFound()
    const above = [at('/fleet'), visit.say('fleet')] as const
    return page(visit, '/fleet', host.name, hostView(visit, host, rollout), { above })
  })
}

function hostView(visit: Visit, host: FleetHost, rollout: Rollout | null): Markup {
  const { name, groups, controller, status, drifts, silentSince } = host
  const rows: [string, Markup | string | number][] = [
    [visit.say('condition'), troubleOf(visit, host)],
    [visit.say('groups'), [...(controller ? [visit.say('controller')] : []), ...groups].join(' ')],
    ...(silentSince === null ? [] : [[visit.say('silentSince'), moment(visit, silentSince)] as [string, Markup]]),
  ]
  if (status !== null)
    rows.push(
      [visit.say('release'), status.at],
      [visit.say('lastOrder'), `${status.release}.${status.attempt}: ${visit.word('turn', status.state)}`],
      [visit.say('health'), visit.word('turn', status.health)],
      [visit.say('entry'), status.entry ?? ''],
    )
  const reason = status?.reason
    ? note('bad', html`<pre class="wrap" lang="en" tabindex="0">${status.reason}</pre>`)
    : NONE
  const waits = rollout?.state === 'halted' && rollout.waves.flat().includes(name)
  const without = ['gabarit', 'fleet', 'resume', '--without', name]
  return html`${reason}<section class="card">${table(name, [visit.say('name'), ''], rows, '')}${commandOf(FLEET.slice(0, -1))}</section>
${drifts ? html`<section class="card"><h2>${visit.say('changedThere')}</h2><p>${visit.say('drifts')}</p>${planButton(['gabarit', 'fleet', 'adopt', name], visit.say('adoptDrift'))}</section>` : NONE}
${waits ? planButton(without, visit.say('resumeWithout', name)) : NONE}`
}

/** What somebody has to look at; else that it is well. */
export function troubleOf(visit: Visit, { trouble }: FleetHost): Markup {
  return trouble === null
    ? html`<span class="ok">${visit.say('isWell')}</span>`
    : html`<span class="bad" lang="en">${trouble}</span>`
}
