import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { assetAddress } from './assets.ts'
import { at } from './base.ts'
import { type Markup, NONE } from './markup.ts'
import { menu } from './menu.ts'
import { bar } from './parts/bar.ts'
import { hiddenToken } from './parts/form.ts'
import { serverName } from './security.ts'
import type { Visit } from './visit.ts'

interface Options {
  readonly status?: ContentfulStatusCode
  /** For the head. */
  readonly head?: Markup
  /** The page above this one: its address and name. */
  readonly above?: readonly [address: string, name: string]
}

/** A page for whoever is logged in. @param here the page of the menu that it belongs to */
export async function page(visit: Visit, here: string, title: string, body: Markup, options: Options = {}) {
  const { head = NONE, above, status = 200 } = options
  const top = html`<form method="post" action="${at('/logout')}">${hiddenToken(visit)}<button class="quiet">${visit.say('logout', visit.user)}</button></form>`
  const opener = html`<a class="button quiet opener" href="#menu">${visit.say('menu')}</a>`
  const way = above === undefined ? NONE : html`<p class="way"><a href="${above[0]}">${above[1]}</a></p>`
  const frame = html`${await bar(visit, here)}<div class="frame">${await menu(visit, here)}<main id="main">${way}<h1>${title}</h1>${body}</main></div>`
  return visit.context.html(document(visit, title, { opener, top, head }, frame), status)
}

/** A page for everybody. */
export function barePage(visit: Visit, title: string, body: Markup, status: ContentfulStatusCode = 200) {
  const frame = html`<main id="main" class="narrow"><div class="card"><h1>${title}</h1>${body}</div></main>`
  return visit.context.html(document(visit, title, {}, frame), status)
}

/** What differs in the frame of a page. */
interface Frame {
  readonly opener?: Markup
  /** At the end of the top. */
  readonly top?: Markup
  readonly head?: Markup
}

function document(
  visit: Visit,
  title: string,
  { opener = NONE, top = NONE, head = NONE }: Frame,
  body: Markup,
): Markup {
  const other = visit.language === 'en' ? { code: 'fr', name: 'Français' } : { code: 'en', name: 'English' }
  return html`<!doctype html>
<html lang="${visit.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - ${serverName(visit.context)}</title>
<link rel="icon" type="image/svg+xml" href="${assetAddress('icon.svg')}">
<link rel="stylesheet" href="${assetAddress('style.css')}">
<script type="module" src="${assetAddress('script.js')}"></script>
${head}
</head>
<body>
<a class="skip" href="#main">${visit.say('skip')}</a>
<header class="top"><a class="name" href="${at('/')}">${visit.say('console')} <span class="soft">${serverName(visit.context)}</span></a>${opener}
<a href="${at(`/language/${other.code}`)}" lang="${other.code}" hreflang="${other.code}">${other.name}</a>
${top}</header>
${body}
</body>
</html>`
}
