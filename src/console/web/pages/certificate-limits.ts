import { html } from 'hono/html'
import type { Markup } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { moment } from '../parts/moment.ts'
import { notes } from '../parts/note.ts'
import { table } from '../parts/table.ts'
import type { Visit } from '../visit.ts'

/** What `gabarit letsencrypt limits --json` prints of each certificate. */
interface Limits {
  readonly mode: string
  readonly certificate: string
  readonly refusals: readonly { readonly message: string }[]
  readonly left: readonly {
    readonly limit: string
    readonly what: string
    readonly used: number
    readonly of: number
    readonly until: string | null
  }[]
}

const LIMITS = ['gabarit', 'letsencrypt', 'limits']

/** What the ledger says the authority still issues: of the official one, since that of the test authority is hardly met. */
export async function limitTable(visit: Visit): Promise<Markup> {
  const all = await visit.data<Limits[]>([...LIMITS, '--json'])
  const official = all.filter(({ mode }) => mode === 'production')
  const rows = official.flatMap(({ left }) =>
    left.map(({ limit, what, used, of, until }) => [
      visit.word('limit', limit),
      visit.word('limit', what),
      visit.say('leftOf', of - used, of),
      until === null ? visit.say('now') : moment(visit, until),
    ]),
  )
  const unique = [...new Map(rows.map(row => [`${row[0]} ${row[1]}`, row])).values()]
  const refusals = official.flatMap(({ certificate, refusals }) =>
    refusals.map(({ message }) => `${certificate}: ${message}`),
  )
  const heads = (['limit', 'whatFor', 'requestsLeft', 'nextFrom'] as const).map(key => visit.say(key))
  return html`${notes('bad', visit.say('limitsReached'), refusals)}${table(visit.say('limits'), heads, unique, visit.say('noNamesYet'))}${commandOf(LIMITS)}`
}
