import { html } from 'hono/html'
import { at, recordAddress } from '../base.ts'
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
  [/\bgabarit fleet (publish|pull|halt|resume|back|adopt|diff|status|hosts)\b/, '/fleet', 'fleet'],
  [/\bgabarit backup\b/, '/backup', 'backup'],
  [/\bgabarit web (users|passkeys|sessions)\b/, '/users', 'users'],
]

/** A button to the page that does what a command does; nothing if there is none, or if it is for all changes. */
export function pageButton(visit: Visit, words: readonly string[]): Markup {
  const line = words.join(' ')
  const [, path, name] = PAGES.find(([begin]) => begin.test(line)) ?? []
  return path === undefined || name === undefined || path === '/changes'
    ? NONE
    : html`<a class="button quiet" href="${at(path)}">${visit.say(name)}</a>`
}

/** A record that a command changes. */
const RECORD = /\b(?:config|db (\w+)) (?:setprop|delprop) ([\w.@:-]+)/

/** An event to signal, with arguments that need no quotes. */
const EVENT = /\bsignal-event ([a-z][\w-]*(?: [\w.@:-]+)*)$/

/** A link to the page that does what the words of a command tell to type; nothing if only a shell does it. */
export function wayOf(visit: Visit, words: string): Markup {
  const way = findWay(visit, words)
  return way === undefined ? NONE : html`<br><a lang="${visit.language}" href="${way.address}">${way.label}</a>`
}

/** Lines that end with commands, each with the way to the page. */
export function withWays(visit: Visit, lines: readonly string[]): Markup[] {
  return lines.map(line => html`${asCode(line, findWay(visit, line)?.begin)}${wayOf(visit, line)}`)
}

/** What stands behind the begin of a command is its words, unless it goes on as a sentence. */
function asCode(line: string, begin = line.length): Markup {
  const words = line.slice(begin)
  return words === '' || /[.,(]( |$)/.test(words) ? html`${line}` : html`${line.slice(0, begin)}<code>${words}</code>`
}

interface Way {
  readonly address: string
  readonly label: string
  /** Where the command begins. */
  readonly begin: number
}

function findWay(visit: Visit, words: string): Way | undefined {
  const record = RECORD.exec(words)
  if (record !== null) {
    const [, database = 'configuration', key = ''] = record
    const address = recordAddress(database, key)
    return { address, label: visit.say('goTo', key), begin: record.index }
  }
  const event = EVENT.exec(words)
  if (event !== null) {
    const address = planAddress(['gabarit', 'signal-event', ...(event[1] ?? '').split(' ')])
    return { address, label: visit.say('dryRun'), begin: event.index }
  }
  for (const [begin, path, name] of PAGES) {
    const found = begin.exec(words)
    if (found !== null) return { address: at(path), label: visit.say('goTo', visit.say(name)), begin: found.index }
  }
  return undefined
}
