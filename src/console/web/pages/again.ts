import { html } from 'hono/html'
import { orUndefined } from '../../../base/failure.ts'
import { listOf, objectOf, text } from '../../../base/shape.ts'
import { formToken } from '../../../base/token.ts'
import { BASE } from '../base.ts'
import { formFields } from '../body.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { hidden } from '../parts/form.ts'
import { note } from '../parts/note.ts'
import type { Visit } from '../visit.ts'

/** A form that was not taken because its session has ended: what was typed is not lost. */
const sent = objectOf({ path: text, fields: listOf(listOf(text)) })

/** What belongs to one session, or shows who somebody is. */
const NOT_AGAIN = ['token', 'password', 'code', 'signature', 'again']

/** The form that has arrived, as text that another form can carry. */
export async function sentForm({ context }: Visit): Promise<string> {
  const fields = (await formFields(context)).filter(([name]) => !NOT_AGAIN.includes(name))
  return JSON.stringify({ path: context.req.path, fields })
}

/** Whether the text is a form of ours. */
function readForm(json: string) {
  const form = orUndefined(() => sent(JSON.parse(json)))
  return form?.path.startsWith(`${BASE}/`) === true ? form : undefined
}

/**
 * Offers to send the form again, for the present session; nothing if there is none.
 * @param session its token
 */
export function sendAgain(visit: Visit, json: string, session: string): Markup | undefined {
  const form = readForm(json)
  if (form === undefined) return undefined
  const fields = form.fields.map(([name = '', value = '']) => hidden(name, value))
  return html`<p>${visit.say('sendAgainText')}</p><form method="post" action="${form.path}">${hidden('token', formToken(session))}${fields}<button>${visit.say('sendAgain')}</button></form>`
}

/** What the form for logging in carries. */
export function carriedForm(json: string): Markup {
  return readForm(json) === undefined ? NONE : hidden('again', json)
}

/** The form is from another session. */
export async function otherSession(visit: Visit) {
  const form = sendAgain(visit, await sentForm(visit), visit.session) ?? NONE
  return page(visit, '', visit.say('sendAgain'), html`${note('bad', visit.say('badToken'))}${form}`, { status: 403 })
}
