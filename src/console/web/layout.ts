import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { assetAddress } from './assets.ts'
import { at } from './base.ts'
import { type Markup, NONE } from './markup.ts'
import { bar } from './parts/bar.ts'
import { hiddenToken } from './parts/form.ts'
import type { Key } from './text/languages.ts'
import type { Visit } from './visit.ts'

/** The pages in the order of the menu. */
const MENU: readonly (readonly [path: string, name: Key])[] = [
  ['/', 'overview'],
  ['/changes', 'changes'],
  ['/records', 'records'],
  ['/certificates', 'certificates'],
  ['/vpn', 'vpn'],
  ['/proxies', 'proxies'],
  ['/events', 'events'],
  ['/history', 'history'],
  ['/files', 'files'],
  ['/users', 'users'],
]

interface Options {
  readonly status?: ContentfulStatusCode
  /** For the head. */
  readonly head?: Markup
}

/** A page for whoever is logged in. @param here the page of the menu that it belongs to */
export async function page(visit: Visit, here: string, title: string, body: Markup, options: Options = {}) {
  const top = html`<form method="post" action="${at('/logout')}">${hiddenToken(visit)}<button class="quiet">${visit.say('logout', visit.user)}</button></form>`
  const frame = html`${await bar(visit)}<div class="frame">${menu(visit, here)}<main id="main"><h1>${title}</h1>${body}</main></div>`
  return visit.context.html(document(visit, title, top, frame, options.head ?? NONE), options.status ?? 200)
}

/** A page for everybody. */
export function barePage(visit: Visit, title: string, body: Markup, status: ContentfulStatusCode = 200) {
  const frame = html`<main id="main" class="narrow"><div class="card"><h1>${title}</h1>${body}</div></main>`
  return visit.context.html(document(visit, title, NONE, frame, NONE), status)
}

function menu(visit: Visit, here: string): Markup {
  const items = MENU.map(([path, name]) => {
    const current = path === here ? html` aria-current="page"` : NONE
    return html`<li><a href="${at(path)}"${current}>${visit.say(name)}</a></li>`
  })
  return html`<nav class="main" aria-label="${visit.say('menu')}"><ul>${items}</ul></nav>`
}

function document(visit: Visit, title: string, top: Markup, body: Markup, head: Markup): Markup {
  const other = visit.language === 'en' ? { code: 'fr', name: 'Français' } : { code: 'en', name: 'English' }
  return html`<!doctype html>
<html lang="${visit.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - ${visit.say('console')}</title>
<link rel="icon" type="image/svg+xml" href="${assetAddress('icon.svg')}">
<link rel="stylesheet" href="${assetAddress('style.css')}">
<script type="module" src="${assetAddress('script.js')}"></script>
${head}
</head>
<body>
<a class="skip" href="#main">${visit.say('skip')}</a>
<header class="top"><a class="name" href="${at('/')}">${visit.say('console')}</a>
<a href="${at(`/language/${other.code}`)}" lang="${other.code}" hreflang="${other.code}">${other.name}</a>
${top}</header>
${body}
</body>
</html>`
}
