import { html } from 'hono/html'
import type { CreationOptions, RequestOptions } from '../../webauthn.ts'
import { at } from '../base.ts'
import { type Markup, NONE } from '../markup.ts'
import { serverName } from '../security.ts'
import type { Visit } from '../visit.ts'
import { hidden } from './form.ts'

/** What offers passkeys; at another origin than theirs, where they work. */
export function whereTheyWork(visit: Visit, offer: Markup): Markup {
  if (`https://${serverName(visit.context)}` === visit.origin) return offer
  return html`<p class="soft small">${visit.say('passkeysElsewhere', `${visit.origin}${at('')}`)}</p>`
}

/**
 * A button for which the browser uses a passkey, or makes one. The script shows it if the browser can.
 * @param options undefined: there is no passkey
 * @param fields what is sent with it
 */
export function passkeyForm(
  visit: Visit,
  options: RequestOptions | CreationOptions | undefined,
  action: string,
  label: string,
  fields: Markup = NONE,
): Markup {
  if (options === undefined) return NONE
  return whereTheyWork(
    visit,
    html`<form class="act" method="post" action="${at(action)}" data-passkey="${JSON.stringify(options)}" hidden>${fields}${hidden('signature', '')}
<button>${label}</button> <output class="bad"></output></form>`,
  )
}
