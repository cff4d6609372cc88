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

/** Made once: a page has thousands of texts. */
const PLURALS: Readonly<Record<Language, Intl.PluralRules>> = {
  en: new Intl.PluralRules('en'),
  fr: new Intl.PluralRules('fr'),
}

/** A text with its values. The last one before a `[file|files]` decides which of both it is. */
export function sentence(language: Language, key: Key, values: readonly (string | number)[]): string {
  const text = CATALOGUES[language][key]
  if (values.length === 0) return text
  let next = 0
  return text.replace(/\{\}|\[(.*?)\|(.*?)\]/g, (part, one: string, many: string) => {
    if (part === '{}') return String(values[next++] ?? '')
    return PLURALS[language].select(Number(values[next - 1])) === 'one' ? one : many
  })
}
