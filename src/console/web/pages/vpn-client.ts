import type { Hono } from 'hono'
import { html } from 'hono/html'
import { refusal } from '../../../base/failure.ts'
import { at, recordAddress } from '../base.ts'
import { formText } from '../body.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { hidden, hiddenToken, planButton, runButton } from '../parts/form.ts'
import { moment } from '../parts/moment.ts'
import { qrView } from '../parts/qr.ts'
import type { Env, Visit } from '../visit.ts'
import { withProof } from './proof.ts'

/** What `gabarit vpn clients --json` prints of each. */
export interface VpnClient {
  readonly name: string
  readonly status: string
  readonly certificate: { readonly until: string; readonly revoked: string | null } | null
  readonly connections: readonly {
    readonly realAddress: string
    readonly virtualAddresses: readonly string[]
    readonly since: number
  }[]
}

export const CLIENTS = ['gabarit', 'vpn', 'clients', '--json']

/** One client of the VPN: its certificate, its connections, and its profile. */
export function serveVpnClients(app: Hono<Env>): void {
  app.get('/vpn/client', context => clientPage(context.get('visit'), context.req.query('name') ?? ''))
  app.post('/vpn/profile', async context => {
    const visit = context.get('visit')
    const form = await formText(context)
    const [name, shape] = [form('name'), form('shape')]
    const words = ['gabarit', 'vpn', 'profile', '--', name]
    const again = { action: '/vpn/profile', fields: { name, shape }, command: words }
    return withProof(visit, form, again, async proof => {
      const answer = await visit.run(words, proof)
      if (answer.kind !== 'output' || answer.status !== 0)
        throw refusal(answer.kind === 'output' ? answer.stderr.trim() : name)
      if (shape === 'qr') return profilePage(visit, name, answer.stdout)
      return context.body(answer.stdout, 200, {
        'Content-Type': 'application/x-openvpn-profile',
        'Content-Disposition': `attachment; filename="${name.replace(/[^\w.@-]/g, '_')}.ovpn"`,
      })
    })
  })
}

async function clientPage(visit: Visit, name: string) {
  const clients = await visit.data<VpnClient[]>(CLIENTS)
  const client = clients.find(one => one.name === name)
  if (client === undefined) return visit.context.notFound()
  const { status, certificate, connections } = client
  const event = (what: string) => ['gabarit', 'signal-event', `vpn-client-${what}`, name]
  const isValid = certificate !== null && certificate.revoked === null
  const acts = isValid
    ? html`${planButton(event('renew'), visit.say('renewCertificate'))}${planButton(event('revoke'), visit.say('revoke'))}`
    : planButton(event('create'), visit.say('makeCertificate'))
  const kill = runButton(visit, ['gabarit', 'vpn', 'kill', name], visit.say('disconnect'), { look: 'danger' })
  const body = html`<p>${visit.word('state', status)} · <a href="${recordAddress('vpn', name)}">${visit.say('settings')}</a></p>
<section class="card"><h2>${visit.say('connected')}</h2>${connections.length === 0 ? html`<p class="soft">${visit.say('no')}</p>` : html`${connectionList(visit, client)}${kill}`}</section>
${isValid ? profileForms(visit, name) : NONE}
<section class="card"><h2>${visit.say('certificate')}</h2><p>${isValid ? visit.say('validUntil') : ''} ${certificateEnd(visit, client)}</p><div class="acts">${acts}</div></section>`
  return page(visit, '/vpn', name, body, { above: [at('/vpn'), visit.say('vpn')] })
}

/** Until when a client gets in. */
export function certificateEnd(visit: Visit, { certificate }: VpnClient): Markup | string {
  if (certificate === null) return visit.say('noCertificate')
  return certificate.revoked === null ? moment(visit, certificate.until) : visit.say('revoked')
}

export function connectionList(visit: Visit, { connections }: VpnClient): Markup {
  const items = connections.map(
    ({ realAddress, virtualAddresses, since }) =>
      html`<li class="ok">${realAddress} → ${virtualAddresses.join(' ')}, ${moment(visit, new Date(since * 1000).toISOString())}</li>`,
  )
  return html`<ul class="steps">${items}</ul>`
}

/** The profile holds the key: only for whoever proves again who it is. */
function profileForms(visit: Visit, name: string): Markup {
  const form = (shape: string, label: string, look: string) =>
    html`<form class="act" method="post" action="${at('/vpn/profile')}">${hiddenToken(visit)}${hidden('name', name)}${hidden('shape', shape)}<button class="${look}">${label}</button></form>`
  return html`<section class="card"><h2>${visit.say('profile')}</h2><p>${visit.say('profileText')}</p><div class="acts">${form('file', visit.say('downloadProfile'), '')}${form('qr', visit.say('showQr'), 'quiet')}</div>${commandOf(['gabarit', 'vpn', 'profile', name])}</section>`
}

/** The profile for the camera of a telephone. What only people read of it is left out, since the room is short. */
function profilePage(visit: Visit, name: string, profile: string) {
  const above = [at('/vpn/client', { name }), name] as const
  const picture = qrView(visit, profile.replace(/^(?:[#;].*)?\n/gm, ''), visit.say('profileQr', name))
  return page(visit, '/vpn', visit.say('profile'), html`<p>${visit.say('profileText')}</p>${picture}`, { above })
}
