import type { Hono } from 'hono'
import { html } from 'hono/html'
import type { Refusal, Refusing } from '../../protocol.ts'
import { at } from '../base.ts'
import { formText } from '../body.ts'
import { page } from '../layout.ts'
import { hidden, hiddenToken } from '../parts/form.ts'
import { passkeyForm } from '../parts/passkey.ts'
import { type Env, Refused, type Visit } from '../visit.ts'
import { withProof } from './proof.ts'
import { refusalText } from './refusals.ts'
import { usersPage } from './users.ts'

/** Making a passkey for oneself: a name, the proof who it is, and what the browser made. */
export function servePasskeys(app: Hono<Env>): void {
  app.post('/passkeys', async context => {
    const visit = context.get('visit')
    const form = await formText(context)
    const name = form('name').trim()
    return withProof(visit, form, { action: '/passkeys', fields: { name } }, async proof => {
      const { session, address } = visit
      const answer = await visit.client.ask({ ask: 'askNewPasskey', session, address, name, ...proof })
      if (answer.kind === 'refused') return refusedAt(visit, name, answer)
      const options = answer.kind === 'newPasskey' ? answer.options : undefined
      const fields = html`${hiddenToken(visit)}${hidden('name', name)}`
      const body = html`<p>${visit.say('passkeyNeeds')}</p>${passkeyForm(visit, options, '/passkeys/add', visit.say('makePasskey', name), fields)}`
      return page(visit, '/users', visit.say('passkeys'), body, { above: [at('/users'), visit.say('users')] })
    })
  })
  app.post('/passkeys/add', async context => {
    const visit = context.get('visit')
    const form = await formText(context)
    const [name, signature] = [form('name'), form('signature')]
    const answer = await visit.client.ask({ ask: 'addPasskey', session: visit.session, name, signature })
    if (answer.kind === 'refused') return refusedAt(visit, name, answer)
    return context.redirect(at('/users'), 303)
  })
}

/** What can be wrong with a new passkey. */
const WRONG: readonly Refusal[] = ['name', 'taken', 'unasked']

/** What is wrong with a new passkey stands at its name. @throws Refused for anything else */
function refusedAt(visit: Visit, name: string, answer: Refusing) {
  if (!WRONG.includes(answer.why)) throw new Refused(answer)
  return usersPage(visit, { name, problem: refusalText(visit, answer) })
}
