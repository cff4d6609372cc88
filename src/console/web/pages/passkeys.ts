import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at } from '../base.ts'
import { formText } from '../body.ts'
import { page } from '../layout.ts'
import type { Markup } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { hidden, hiddenToken, lineField, runButton } from '../parts/form.ts'
import { moment } from '../parts/moment.ts'
import { passkeyForm, whereTheyWork } from '../parts/passkey.ts'
import { table } from '../parts/table.ts'
import { type Env, Refused, type Visit } from '../visit.ts'
import { withProof } from './proof.ts'

const PASSKEYS = ['gabarit', 'web', 'passkeys', '--json']

/** What `gabarit web passkeys --json` prints of each. */
interface Passkey {
  readonly user: string
  readonly name: string
  readonly since: string
  readonly used: string | null
}

/** Making a passkey for oneself: a name, the proof who it is, and what the browser made. */
export function servePasskeys(app: Hono<Env>): void {
  app.post('/passkeys', async context => {
    const visit = context.get('visit')
    const form = await formText(context)
    const name = form('name').trim()
    return withProof(visit, form, { action: '/passkeys', fields: { name } }, async proof => {
      const { session, address } = visit
      const answer = await visit.client.ask({ ask: 'askNewPasskey', session, address, name, ...proof })
      if (answer.kind === 'refused') throw new Refused(answer)
      const options = answer.kind === 'newPasskey' ? answer.options : undefined
      const fields = html`${hiddenToken(visit)}${hidden('name', name)}`
      const body = html`<p>${visit.say('passkeyNeeds')}</p>${passkeyForm(visit, options, '/passkeys/add', visit.say('makePasskey', name), fields)}`
      return page(visit, '/users', visit.say('passkeys'), body)
    })
  })
  app.post('/passkeys/add', async context => {
    const visit = context.get('visit')
    const form = await formText(context)
    const [name, signature] = [form('name'), form('signature')]
    const answer = await visit.client.ask({ ask: 'addPasskey', session: visit.session, name, signature })
    if (answer.kind === 'refused') throw new Refused(answer)
    return context.redirect(at('/users'), 303)
  })
}

/** The passkeys of all users, and the way to one more. */
export async function passkeyList(visit: Visit): Promise<Markup> {
  const passkeys = await visit.data<Passkey[]>(PASSKEYS)
  const rows = passkeys.map(({ user, name, since, used }) => [
    user,
    name,
    moment(visit, since),
    used === null ? visit.say('neverUsed') : moment(visit, used),
    runButton(visit, ['gabarit', 'web', 'passkeys', 'remove', user, name], visit.say('remove'), { look: 'danger' }),
  ])
  const heads = [visit.say('user'), visit.say('name'), visit.say('since'), visit.say('lastUsed'), '']
  const add = html`<form class="act" method="post" action="${at('/passkeys')}">${hiddenToken(visit)}
${lineField({ name: 'name', label: visit.say('passkeyName'), autocomplete: 'off', more: html`maxlength="40"` })}<button class="quiet">${visit.say('addPasskey')}</button></form>`
  return html`<section class="card"><h2>${visit.say('passkeys')}</h2>${table(visit.say('passkeys'), heads, rows, visit.say('noPasskeys'))}${commandOf(PASSKEYS.slice(0, 3))}
${whereTheyWork(visit, add)}</section>`
}
