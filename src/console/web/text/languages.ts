import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { BASE } from '../base.ts'
import { type Catalogue, EN } from './en.ts'
import { FR } from './fr.ts'

/** The name of a text. */
export type Key = keyof typeof EN
export type Language = 'en' | 'fr'

export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en: EN, fr: FR }

const COOKIE = 'gabarit-language'

/** The language that was chosen, else the first that the browser asks for and we have. */
export function languageOf(context: Context): Language {
  const wanted = [getCookie(context, COOKIE) ?? '', ...(context.req.header('accept-language') ?? '').split(',')]
  for (const one of wanted) {
    const [code] = one.trim().slice(0, 2).toLowerCase().split('-')
    if (code === 'en' || code === 'fr') return code
  }
  return 'en'
}

export function chooseLanguage(context: Context, language: Language): void {
  setCookie(context, COOKIE, language, { path: BASE, secure: true, sameSite: 'Strict', maxAge: 365 * 86_400 })
}

/** A text with its values. The last one before a `[file|files]` decides which of both it is. */
export function sentence(language: Language, key: Key, values: readonly (string | number)[]): string {
  const rules = new Intl.PluralRules(language)
  let next = 0
  return CATALOGUES[language][key].replace(/\{\}|\[(.*?)\|(.*?)\]/g, (part, one: string, many: string) => {
    if (part === '{}') return String(values[next++] ?? '')
    return rules.select(Number(values[next - 1])) === 'one' ? one : many
  })
}
