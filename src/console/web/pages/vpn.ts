import type { Hono } from 'hono'
import { html } from 'hono/html'
import { Failure } from '../../../base/failure.ts'
import { at } from '../base.ts'
import { formText } from '../body.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { hidden, hiddenToken, planButton, runButton } from '../parts/form.ts'
import { moment } from '../parts/moment.ts'
import { outputView } from '../parts/output.ts'
import type { Env, Visit } from '../visit.ts'
import { databaseAddress } from './databases.ts'
import { withProof } from './proof.ts'

/** What `gabarit vpn clients --json` prints of each. */
interface VpnClient {
  readonly name: string
  readonly status: string
  readonly certificate: { readonly until: string; readonly revoked: string | null } | null
  readonly connections: readonly {
    readonly realAddress: string
    readonly virtualAddresses: readonly string[]
    readonly since: number
  }[]
}

const CLIENTS = ['gabarit', 'vpn', 'clients', '--json']
const STATUS = ['gabarit', 'vpn', 'status']

/** The VPN: its clients, who is connected, and their profiles. */
export function serveVpn(app: Hono<Env>): void {
  app.get('/vpn', async context => {
    const visit = context.get('visit')
    const [clients, status] = await Promise.all([visit.data<VpnClient[]>(CLIENTS), visit.read(STATUS)])
    const body = html`<section class="card"><h2>${visit.say('servers')}</h2>${outputView(visit, STATUS, status)}</section>
<p><a class="button" href="${databaseAddress('vpn', '/new', { type: 'client' })}">${visit.say('newClient')}</a></p>
${clients.length === 0 ? html`<p class="soft">${visit.say('noClients')}</p>` : clients.map(client => clientView(visit, client))}${commandOf(CLIENTS.slice(0, 3))}`
    return page(visit, '/vpn', visit.say('vpn'), body)
  })
  app.post('/vpn/profile', async context => {
    const visit = context.get('visit')
    const form = await formText(context)
    const name = form('name')
    const words = ['gabarit', 'vpn', 'profile', '--', name]
    return withProof(visit, form, { action: '/vpn/profile', fields: { name }, command: words }, async proof => {
      const answer = await visit.run(words, proof)
      if (answer.kind !== 'output' || answer.status !== 0)
        throw new Failure(answer.kind === 'output' ? answer.stderr : name)
      return context.body(answer.stdout, 200, {
        'Content-Type': 'application/x-openvpn-profile',
        'Content-Disposition': `attachment; filename="${name.replace(/[^\w.@-]/g, '_')}.ovpn"`,
      })
    })
  })
}

function clientView(visit: Visit, { name, status, certificate, connections }: VpnClient): Markup {
  const connected = connections.map(
    ({ realAddress, virtualAddresses, since }) =>
      html`<li class="ok">${realAddress} → ${virtualAddresses.join(' ')}, ${moment(visit, new Date(since * 1000).toISOString())}</li>`,
  )
  const end =
    certificate === null
      ? visit.say('noCertificate')
      : html`${visit.say('validUntil')} ${moment(visit, certificate.until)}`
  const event = (what: string) => ['gabarit', 'signal-event', `vpn-client-${what}`, name]
  return html`<section class="card"><h2><a href="${databaseAddress('vpn', '/record', { key: name })}">${name}</a></h2><p>${status} · ${end}</p>
<ul class="steps">${connected}</ul><div class="acts">${certificate === null ? planButton(event('create'), visit.say('makeCertificate')) : planButton(event('revoke'), visit.say('revoke'))}
${connected.length === 0 ? NONE : runButton(visit, ['gabarit', 'vpn', 'kill', name], visit.say('disconnect'), { look: 'danger' })}</div>${certificate === null ? NONE : profileForm(visit, name)}</section>`
}

/** The profile holds the key: only for whoever proves again who it is. */
function profileForm(visit: Visit, name: string): Markup {
  return html`<form class="act" method="post" action="${at('/vpn/profile')}">${hiddenToken(visit)}${hidden('name', name)}
<button class="quiet">${visit.say('downloadProfile')}</button>${commandOf(['gabarit', 'vpn', 'profile', name])}</form>`
}
