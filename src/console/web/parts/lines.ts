import { html } from 'hono/html'
import { orUndefined } from '../../../base/failure.ts'
import { flag, listOf, number, objectOf, optional, type TypeOf, text } from '../../../base/shape.ts'
import { type Markup, NONE } from '../markup.ts'
import type { Language } from '../text/languages.ts'
import type { Visit } from '../visit.ts'

/** A name that was checked before a certificate was asked for. */
const checkedName = objectOf({
  name: text,
  results: listOf(objectOf({ state: text, reason: text, hint: optional(text) })),
})

/** What of a line of `--json-lines` is shown. */
const report = objectOf({
  kind: text,
  message: optional(text),
  step: optional(text),
  handler: optional(text),
  line: optional(text),
  problem: optional((value: unknown) => (typeof value === 'string' ? value : undefined)),
  service: optional(text),
  command: optional(text),
  done: optional(flag),
  commands: optional(listOf(text)),
  outcome: optional(text),
  names: optional(listOf(checkedName)),
})

type Report = TypeOf<typeof report>

/** A line that a run has printed, as an element of a list; nothing for what only programs need. */
export function lineView(visit: Visit, line: string): Markup {
  const found = orUndefined(() => report(JSON.parse(line)))
  if (found !== undefined) return reportView(visit, found)
  // What is not told as JSON: `warning: …` on standard error.
  return item(line.startsWith('warning: ') ? 'warn' : '', line)
}

function reportView(visit: Visit, found: Report): Markup {
  const { kind, message = '', step = '', handler = '', line = '', problem, command = '', service = '' } = found
  switch (kind) {
    case 'step':
      return item('', step)
    case 'handler-line':
      return item('', `${handler}: ${line}`)
    case 'handler':
      return problem === undefined ? item('ok', handler) : item('bad', `${handler}: ${problem}`)
    case 'service':
      return problem === undefined ? item('ok', command) : item('bad', `${service}: ${problem}`)
    case 'problem':
      return item('bad', message)
    case 'warning':
    case 'recovered':
    case 'confirmation':
      return item('warn', message)
    case 'window':
      return item('warn', visit.say('confirmNow'), visit.language)
    case 'checked':
      return html`${(found.commands ?? []).map(one => item('ok', one))}`
    case 'names':
      return html`${(found.names ?? []).map(nameView)}`
    case 'ended':
      return item(found.outcome === 'done' ? 'ok' : 'bad', visit.word('outcome', found.outcome ?? ''), visit.language)
    default:
      return NONE
  }
}

/** Why a name is refused, or that nothing is against it. */
function nameView({ name, results }: TypeOf<typeof checkedName>): Markup {
  const objections = results.filter(({ state }) => state === 'failed' || state === 'warning')
  if (objections.length === 0) return item('ok', name)
  return html`${objections.map(({ state, reason, hint = '' }) => item(state === 'failed' ? 'bad' : 'warn', `${name}: ${reason}. ${hint}`))}`
}

function item(kind: string, content: string, language: Language = 'en'): Markup {
  return html`<li class="${kind}" lang="${language}">${content}</li>`
}

const ended = objectOf({ entry: number })

/** The number of the entry that a run has made in the history. */
export function entryOf(lines: readonly string[]): number | undefined {
  return lines.flatMap(line => orUndefined(() => ended(JSON.parse(line)).entry) ?? []).at(-1)
}
