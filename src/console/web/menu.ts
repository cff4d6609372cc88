import { html } from 'hono/html'
import { at, recordPath } from './base.ts'
import { type Markup, NONE } from './markup.ts'
import { statusFor } from './status.ts'
import type { Key } from './text/languages.ts'
import type { Visit } from './visit.ts'

/** The pages in the order of the menu, by the name of their group. */
const MENU: readonly (readonly [group: Key, pages: readonly (readonly [path: string, name: Key])[]])[] = [
  [
    'console',
    [
      ['/', 'overview'],
      ['/changes', 'changes'],
    ],
  ],
  [
    'web',
    [
      ['/records/domains', 'database_domains'],
      ['/records/accounts', 'database_accounts'],
      ['/certificates', 'certificates'],
      ['/proxies', 'proxies'],
    ],
  ],
  [
    'network',
    [
      ['/records/hosts', 'database_hosts'],
      ['/records/networks', 'database_networks'],
      ['/firewall', 'firewall'],
      [recordPath('configuration', 'sshd'), 'remoteAccess'],
      ['/records/portforwards', 'database_portforwards'],
      ['/vpn', 'vpn'],
    ],
  ],
  [
    'server',
    [
      ['/records/configuration', 'database_configuration'],
      ['/records', 'records'],
      ['/events', 'events'],
      ['/files', 'files'],
      ['/history', 'history'],
      ['/backup', 'backup'],
      ['/fleet', 'fleet'],
      ['/users', 'users'],
    ],
  ],
]

/** Pages that only some servers have: those that their status names. */
const OPTIONAL: ReadonlySet<string> = new Set(['/fleet'])

/** The menu. A narrow window shows it only once somebody opens it, which makes it the target of the address. */
export async function menu(visit: Visit, here: string): Promise<Markup> {
  // What keeps the status from being read is said above the page.
  const { pages: own = [] } = await statusFor(visit).catch(() => ({ pages: [] }))
  const groups = MENU.map(([group, pages]) => {
    const items = pages
      .filter(([path]) => !OPTIONAL.has(path) || own.includes(path))
      .map(([path, name]) => {
        const current = path === here ? html` aria-current="page"` : NONE
        return html`<li><a href="${at(path)}"${current}>${visit.say(name)}</a></li>`
      })
    const head = group === 'console' ? NONE : html`<p class="soft small">${visit.say(group)}</p>`
    return html`${head}<ul>${items}</ul>`
  })
  return html`<nav class="main" id="menu" aria-label="${visit.say('menu')}">${groups}</nav>`
}

/** The page of the menu that a database belongs to, or one of its records. */
export function menuPageOf(database: string, key = ''): string {
  const paths = MENU.flatMap(([, pages]) => pages.map(([path]) => path))
  const places = [recordPath(database, key), `/records/${database}`, `/${database}`]
  return places.find(place => paths.includes(place)) ?? '/records'
}
