import type { Hono } from 'hono'
import { html } from 'hono/html'
import { page } from '../layout.ts'
import { commandOf } from '../parts/command.ts'
import { runButton } from '../parts/form.ts'
import { moment } from '../parts/moment.ts'
import { table } from '../parts/table.ts'
import type { Env, Visit } from '../visit.ts'
import { passkeyList, type WrongPasskey } from './passkey-list.ts'

const USERS = ['gabarit', 'web', 'users', '--json']
const SESSIONS = ['gabarit', 'web', 'sessions', '--json']

interface Session {
  readonly user: string
  readonly address: string
  readonly opened: string
  readonly used: string
}

export function serveUsers(app: Hono<Env>): void {
  app.get('/users', context => usersPage(context.get('visit')))
}

/** Who may use the console, and who is doing so. @param wrong what is wrong with the passkey that was just asked for */
export async function usersPage(visit: Visit, wrong?: WrongPasskey) {
  const [users, sessions] = await Promise.all([
    visit.data<{ name: string; since: string; passkeys: number }[]>(USERS),
    visit.data<Session[]>(SESSIONS),
  ])
  const userRows = users.map(({ name, since, passkeys }) => [
    name,
    moment(visit, since),
    passkeys,
    runButton(visit, ['gabarit', 'web', 'users', 'remove', name], visit.say('remove'), { look: 'danger' }),
  ])
  const sessionRows = sessions.map(({ user, address, opened, used }) => [
    user,
    address,
    moment(visit, opened),
    moment(visit, used),
    runButton(visit, ['gabarit', 'web', 'sessions', 'end', user], visit.say('endSessions'), { look: 'danger' }),
  ])
  const body = html`<section class="card"><h2>${visit.say('users')}</h2>${table(visit.say('users'), [visit.say('name'), visit.say('since'), visit.say('passkeys'), ''], userRows, '')}${commandOf(USERS.slice(0, 3))}
<p>${visit.say('newUser')} <code>gabarit web login-link ${visit.say('NAME')}</code></p></section>
${await passkeyList(visit, wrong)}<section class="card"><h2>${visit.say('sessions')}</h2>${table(visit.say('sessions'), [visit.say('name'), visit.say('address'), visit.say('since'), visit.say('lastUsed'), ''], sessionRows, '')}${commandOf(SESSIONS.slice(0, 3))}</section>`
  return page(visit, '/users', visit.say('users'), body, { status: wrong === undefined ? 200 : 422 })
}
