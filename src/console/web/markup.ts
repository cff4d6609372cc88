import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

/** A piece of a page. What stands in it as text is escaped. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>

/** Nothing. */
export const NONE: Markup = html``
