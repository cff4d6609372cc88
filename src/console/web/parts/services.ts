import { html } from 'hono/html'
import { recordAddress } from '../base.ts'
import { type Markup, NONE } from '../markup.ts'
import type { Visit } from '../visit.ts'
import { commandOf } from './command.ts'
import { moment } from './moment.ts'
import { table } from './table.ts'

/** What `gabarit services --json` prints of each. */
export interface Service {
  readonly service: string
  readonly state: 'running' | 'loaded' | 'stopped' | 'unknown'
  readonly since: string | null
  readonly ports: readonly { readonly port: string; readonly listens: string | null }[]
}

export const SERVICES = ['gabarit', 'services', '--json']

const KINDS = { running: 'ok', loaded: 'ok', stopped: 'bad', unknown: 'soft' } as const

/** What each service that is on does now: whether it runs, since when, and what it listens to. */
export function serviceTable(visit: Visit, services: readonly Service[]): Markup {
  const rows = services.map(service => [
    html`<a href="${recordAddress('configuration', service.service)}">${service.service}</a>`,
    html`<span class="${KINDS[service.state]}">${visit.word('state', service.state)}</span>`,
    service.since === null ? NONE : moment(visit, service.since),
    html`${service.ports.map(port => portView(visit, port, service.state))}`,
  ])
  const heads = (['service', 'status', 'since', 'listensTo'] as const).map(key => visit.say(key))
  return html`<section class="card"><h2>${visit.say('services')}</h2>${table(visit.say('services'), heads, rows, visit.say('noServicesOn'))}${commandOf(SERVICES.slice(0, 2))}</section>`
}

function portView(visit: Visit, { port, listens }: Service['ports'][number], state: Service['state']): Markup {
  const isMissing = listens === null && state === 'running' && !port.includes(':')
  const by = isMissing
    ? html`<span class="warn">${visit.say('nobodyListens')}</span>`
    : html`<span class="soft small">${listens ?? ''}</span>`
  return html`<span class="pair">${port} ${by}</span> `
}
