import { html } from 'hono/html'
import { at } from '../base.ts'
import { type Markup, NONE } from '../markup.ts'
import type { Key } from '../text/languages.ts'
import type { Visit } from '../visit.ts'
import { planAddress } from './form.ts'

/** Pages that do what a command does, by how the command begins. */
const PAGES: readonly (readonly [begin: RegExp, path: string, name: Key])[] = [
  [/\bgabarit (apply|diff|discard|status)\b/, '/changes', 'changes'],
  [/\bgabarit letsencrypt (setup|check)\b/, '/certificates/setup', 'setupTitle'],
  [/\bgabarit letsencrypt\b/, '/certificates', 'certificates'],
  [/\bgabarit vpn\b/, '/vpn', 'vpn'],
  [/\bgabarit proxy\b/, '/proxies', 'proxies'],
  [/\bgabarit (restore|adopt|pin|unpin|overrides|merge|customize)\b/, '/files', 'files'],
  [/\bgabarit (history|rollback|revert)\b/, '/history', 'history'],
  [/\bgabarit web (users|passkeys|sessions)\b/, '/users', 'users'],
]

/** A record that a command changes. */
const RECORD = /\b(?:config|db (\w+)) (?:setprop|delprop) ([\w.@:-]+)/

/** An event to signal, with arguments that need no quotes. */
const EVENT = /\bsignal-event ([a-z][\w-]*(?: [\w.@:-]+)*)$/

/** A link to the page that does what the words of a command tell to type; nothing if only a shell does it. */
export function wayOf(visit: Visit, words: string): Markup {
  const [address, name] = placeOf(visit, words) ?? []
  if (address === undefined) return NONE
  return html` <a lang="${visit.language}" href="${address}">${visit.say('goTo', name ?? '')}</a>`
}

/** Lines of commands, each with the way to the page. */
export function withWays(visit: Visit, lines: readonly string[]): Markup[] {
  return lines.map(line => html`${line}${wayOf(visit, line)}`)
}

function placeOf(visit: Visit, words: string): [address: string, name: string] | undefined {
  const [record, database = 'configuration', key = ''] = RECORD.exec(words) ?? []
  if (record !== undefined) return [at(`/records/${database}/record`, { key }), key]
  const [, event] = EVENT.exec(words) ?? []
  if (event !== undefined) return [planAddress(['gabarit', 'signal-event', ...event.split(' ')]), event]
  const [, path, name] = PAGES.find(([begin]) => begin.test(words)) ?? []
  return path === undefined || name === undefined ? undefined : [at(path), visit.say(name)]
}
