import { html, raw } from 'hono/html'
import { renderSVG } from 'uqr'
import type { Markup } from '../markup.ts'
import type { Visit } from '../visit.ts'
import { note } from './note.ts'

/** The most bytes of a QR code (ISO/IEC 18004: version 40, level L). */
const MOST = 2953

/** A text as a QR code, or how much too long it is. @param label what it is */
export function qrView(visit: Visit, text: string, label: string): Markup {
  const bytes = Buffer.byteLength(text)
  if (bytes > MOST) return note('warn', visit.say('tooLongForQr', bytes, MOST))
  return html`<div class="qr large" role="img" aria-label="${label}">${raw(renderSVG(text))}</div>`
}
