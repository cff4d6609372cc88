import { html } from 'hono/html'
import type { Markup } from '../markup.ts'
import type { Visit } from '../visit.ts'

/** A time in the server's time zone, without the day if that is today, and without the year if it is this one. */
export function moment({ language }: Visit, time: string): Markup {
  const [then, now] = [new Date(time), new Date()]
  const sameYear = then.getFullYear() === now.getFullYear()
  const today = then.toDateString() === now.toDateString()
  const parts = today ? CLOCK : sameYear ? { ...DAY, ...CLOCK } : ({ ...DAY, year: 'numeric' } as const)
  const locale = LOCALES[language]
  const whole = then.toLocaleString(locale, { dateStyle: 'long', timeStyle: 'long' })
  return html`<time datetime="${time}" title="${whole}">${then.toLocaleString(locale, parts)}</time>`
}

const CLOCK = { hour: '2-digit', minute: '2-digit' } as const
const DAY = { day: 'numeric', month: 'short' } as const

/** For English the order and the clock that most of the world has. */
const LOCALES = { en: 'en-GB', fr: 'fr-FR' } as const
