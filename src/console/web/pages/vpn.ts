import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at, databaseAddress, recordAddress } from '../base.ts'
import { page } from '../layout.ts'
import type { Markup } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { moment } from '../parts/moment.ts'
import { notes } from '../parts/note.ts'
import { table } from '../parts/table.ts'
import type { Env, Visit } from '../visit.ts'
import { CLIENTS, certificateEnd, connectionList, serveVpnClients, type VpnClient } from './vpn-client.ts'

/** What `gabarit vpn status --json` prints. */
interface VpnStatus {
  readonly servers: readonly Server[]
}

interface Server {
  readonly name: string
  readonly state: string
  readonly clients: number | null
  readonly problem: string | null
  readonly endings: readonly { readonly what: string; readonly end: string; readonly days: number }[]
}

const STATUS = ['gabarit', 'vpn', 'status', '--json']

/** The VPN: its servers, its clients, and who is connected. */
export function serveVpn(app: Hono<Env>): void {
  app.get('/vpn', async context => {
    const visit = context.get('visit')
    const [clients, { servers }] = await Promise.all([visit.data<VpnClient[]>(CLIENTS), visit.data<VpnStatus>(STATUS)])
    const problems = servers.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`]))
    const body = html`${notes('warn', visit.say('problems'), problems)}
<p><a class="button" href="${databaseAddress('vpn', '/new', { type: 'client' })}">${visit.say('newClient')}</a></p>
<section class="card"><h2>${visit.say('clients')}</h2>${clientTable(visit, clients)}${commandOf(CLIENTS.slice(0, 3))}</section>
<section class="card"><h2>${visit.say('servers')}</h2>${serverTable(visit, servers)}${commandOf(STATUS.slice(0, 3))}</section>`
    return page(visit, '/vpn', visit.say('vpn'), body)
  })
  serveVpnClients(app)
}

function clientTable(visit: Visit, clients: readonly VpnClient[]): Markup {
  const rows = clients.map(client => [
    html`<a href="${at('/vpn/client', { name: client.name })}">${client.name}</a>`,
    visit.word('state', client.status),
    certificateEnd(visit, client),
    client.connections.length === 0
      ? html`<span class="soft">${visit.say('no')}</span>`
      : connectionList(visit, client),
  ])
  const heads = (['name', 'status', 'validUntil', 'connected'] as const).map(key => visit.say(key))
  return table(visit.say('clients'), heads, rows, visit.say('noClients'))
}

function serverTable(visit: Visit, servers: readonly Server[]): Markup {
  const rows = servers.map(({ name, state, clients, endings }) => {
    const first = [...endings].sort((one, other) => one.end.localeCompare(other.end))[0]
    return [
      html`<a href="${recordAddress('configuration', name)}">${name}</a>`,
      html`<span class="${clients === null ? 'bad' : 'ok'}">${visit.word('state', state)}</span>`,
      clients ?? '',
      first === undefined ? '' : html`${moment(visit, first.end)}<br><span class="soft small">${first.what}</span>`,
    ]
  })
  const heads = (['name', 'status', 'connected', 'firstEnd'] as const).map(key => visit.say(key))
  return table(visit.say('servers'), heads, rows, visit.say('noServers'))
}
