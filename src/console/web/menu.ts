import { html } from 'hono/html'
import { at } from './base.ts'
import { type Markup, NONE } from './markup.ts'
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
      ['/users', 'users'],
    ],
  ],
]

/** The menu. A narrow window shows it only once somebody opens it, which makes it the target of the address. */
export function menu(visit: Visit, here: string): Markup {
  const groups = MENU.map(([group, pages]) => {
    const items = pages.map(([path, name]) => {
      const current = path === here ? html` aria-current="page"` : NONE
      return html`<li><a href="${at(path)}"${current}>${visit.say(name)}</a></li>`
    })
    const head = group === 'console' ? NONE : html`<p class="soft small">${visit.say(group)}</p>`
    return html`${head}<ul>${items}</ul>`
  })
  return html`<nav class="main" id="menu" aria-label="${visit.say('menu')}">${groups}</nav>`
}

/** The page of the menu that a database belongs to. */
export function menuPageOf(database: string): string {
  const paths = MENU.flatMap(([, pages]) => pages.map(([path]) => path))
  return paths.find(path => [`/records/${database}`, `/${database}`].includes(path)) ?? '/records'
}
