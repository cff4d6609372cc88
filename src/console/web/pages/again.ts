import { html } from 'hono/html'
import { orUndefined } from '../../../base/failure.ts'
import { listOf, objectOf, text } from '../../../base/shape.ts'
import { LARGEST_REQUEST } from '../../protocol.ts'
import { BASE } from '../base.ts'
import { formFields } from '../body.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { hidden, hiddenToken } from '../parts/form.ts'
import { note } from '../parts/note.ts'
import type { Visit } from '../visit.ts'
import { sentView } from './sent-view.ts'

/** A form that was not taken because its session has ended: what was typed is not lost. */
const sent = objectOf({ path: text, fields: listOf(listOf(text)) })

/** Bytes for what else is sent with a login: a name, a password, a code, or what a passkey says. */
const ROOM = 1 << 14

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

/** Shows what the form says, and offers to send it again, for the present session; nothing if there is none. */
export async function sendAgain(visit: Visit, json: string): Promise<Markup | undefined> {
  const form = readForm(json)
  if (form === undefined) return undefined
  const fields = form.fields.map(([name = '', value = '']) => hidden(name, value))
  const shown = await sentView(visit, form.path.slice(BASE.length), form.fields)
  return html`<p>${visit.say('sendAgainText')}</p>${shown}<form method="post" action="${form.path}">${hiddenToken(visit)}${fields}<button>${visit.say('sendAgain')}</button></form>`
}

/** What the form for logging in carries; undefined if it would be larger than a form may be. */
export function carriedForm(json: string): Markup | undefined {
  if (readForm(json) === undefined) return NONE
  const size = new URLSearchParams({ again: json }).toString().length
  return size > LARGEST_REQUEST - ROOM ? undefined : hidden('again', json)
}

/** The form is from another session. */
export async function otherSession(visit: Visit) {
  const form = (await sendAgain(visit, await sentForm(visit))) ?? NONE
  return page(visit, '', visit.say('sendAgain'), html`${note('bad', visit.say('badToken'))}${form}`, { status: 403 })
}
