import { html } from 'hono/html'
import { at } from '../base.ts'
import type { Markup } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { hiddenToken, lineField, runButton } from '../parts/form.ts'
import { moment } from '../parts/moment.ts'
import { whereTheyWork } from '../parts/passkey.ts'
import { table } from '../parts/table.ts'
import type { Visit } from '../visit.ts'

const PASSKEYS = ['gabarit', 'web', 'passkeys', '--json']

/** What `gabarit web passkeys --json` prints of each. */
interface Passkey {
  readonly user: string
  readonly name: string
  readonly since: string
  readonly used: string | null
}

/** A new passkey that is refused. */
export interface WrongPasskey {
  /** As it was typed. */
  readonly name: string
  readonly problem: string
}

/** The passkeys of all users, and the way to one more. @param wrong what is wrong with the one that was just asked for */
export async function passkeyList(visit: Visit, wrong: WrongPasskey | undefined): Promise<Markup> {
  const passkeys = await visit.data<Passkey[]>(PASSKEYS)
  const rows = passkeys.map(({ user, name, since, used }) => [
    user,
    name,
    moment(visit, since),
    used === null ? visit.say('neverUsed') : moment(visit, used),
    runButton(visit, ['gabarit', 'web', 'passkeys', 'remove', user, name], visit.say('remove'), { look: 'danger' }),
  ])
  const heads = [visit.say('user'), visit.say('name'), visit.say('since'), visit.say('lastUsed'), '']
  const field = lineField({
    ...{ name: 'name', label: visit.say('passkeyName'), autocomplete: 'off', value: wrong?.name ?? '' },
    ...{ wrong: wrong?.problem ?? '', more: html`maxlength="40"` },
  })
  const add = html`<form class="act" method="post" action="${at('/passkeys')}">${hiddenToken(visit)}
${field}<button class="quiet">${visit.say('addPasskey')}</button></form>`
  return html`<section class="card"><h2>${visit.say('passkeys')}</h2>${table(visit.say('passkeys'), heads, rows, visit.say('noPasskeys'))}${commandOf(PASSKEYS.slice(0, 3))}
${wrong === undefined ? whereTheyWork(visit, add) : add}</section>`
}
