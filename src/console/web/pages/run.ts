import type { Hono } from 'hono'
import { html } from 'hono/html'
import { streamSSE } from 'hono/streaming'
import type { Answer } from '../../protocol.ts'
import { at } from '../base.ts'
import { formText } from '../body.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf, shellLine, shortLine } from '../parts/command.ts'
import { planAgain } from '../parts/form.ts'
import { entryOf, lineView } from '../parts/lines.ts'
import { note } from '../parts/note.ts'
import { pageButton } from '../parts/way.ts'
import { forgetStatus } from '../status.ts'
import { type Env, Refused, type Visit } from '../visit.ts'
import { withOptions, wordsIn } from '../words.ts'
import { withProof } from './proof.ts'

/** How long the page of a run waits for more lines before it is shown, in milliseconds. */
const PATIENCE = 200

/** Carrying out commands: the button, the page that shows how it goes, and the stream that keeps it up to date. */
export function serveRuns(app: Hono<Env>): void {
  app.post('/run', context => start(context.get('visit')))
  app.get('/run/:run', context => runPage(context.get('visit'), context.req.param('run')))
  app.get('/run/:run/events', context => stream(context.get('visit'), context.req.param('run')))
}

async function start(visit: Visit) {
  const form = await formText(visit.context)
  return startRun(visit, wordsIn(form('words')), form, form('input'))
}

/** Carries out a command with the note and the times of a form. @param input its standard input */
export async function startRun(
  visit: Visit,
  command: readonly string[],
  form: (name: string) => string,
  input: string,
) {
  const options = [
    ['comment', '--comment'],
    ['within', '--confirm-within'],
    ['note', '--note'],
  ] as const
  // In one word: a note may begin with a dash.
  const given = options.flatMap(([field, option]) =>
    form(field).trim() === '' ? [] : [`${option}=${form(field).trim()}`],
  )
  const words = withOptions(command, ...given)
  forgetStatus()
  const again = { action: '/run', fields: { words: JSON.stringify(words), input }, command: words }
  return withProof(visit, form, again, async proof => {
    const answer = await visit.run(words, { ...proof, input })
    if (answer.kind !== 'started') return outputPage(visit, words, answer)
    return visit.context.redirect(at(`/run/${answer.run}`), 303)
  })
}

/** What a command has printed that is done at once. */
function outputPage(visit: Visit, words: readonly string[], answer: Answer) {
  const { status = 1, stdout = '', stderr = '' } = answer.kind === 'output' ? answer : {}
  const problem = status === 0 ? NONE : note('bad', visit.say('exitStatus', status))
  return page(
    visit,
    '',
    shellLine(words),
    html`${problem}<pre class="wrap">${stdout}${stderr}</pre>${commandOf(words)}`,
  )
}

async function runPage(visit: Visit, run: string) {
  const { words, lines, end } = await soFar(visit, run)
  if (end !== undefined) forgetStatus()
  const live = end === undefined ? html` data-run="${at(`/run/${run}/events`)}" data-next="${lines.length}"` : NONE
  const body = html`${end === undefined ? html`<p class="busy" role="status">${visit.say('running')}</p>` : endView(visit, words, end, lines)}
<section class="card"><ol class="steps" aria-live="polite"${live}>${lines.map(line => lineView(visit, line))}</ol></section>
<p>${commandOf(words)}</p>`
  const head = end === undefined ? html`<noscript><meta http-equiv="refresh" content="2"></noscript>` : NONE
  return page(visit, '', shortLine(words), body, { head })
}

/** How a run has ended, and where to go from there. */
function endView(visit: Visit, words: readonly string[], status: number | null, lines: readonly string[]): Markup {
  const entry = entryOf(lines)
  const text =
    status === 0
      ? note('ok', visit.say('done'))
      : status === null
        ? note('bad', visit.say('killed'))
        : note('bad', visit.say('exitStatus', status))
  return html`${text}<p>${pageButton(visit, words)} <a class="button quiet" href="${at('/')}">${visit.say('overview')}</a>
${entry === undefined ? NONE : html`<a class="button quiet" href="${at(`/history/${entry}`)}">${visit.say('entryNumber', entry)}</a>`}
${status === 0 ? NONE : planAgain(visit, words)}</p>`
}

/** What a run is, the lines that it has printed by now, and how it ended. */
interface SoFar {
  readonly words: readonly string[]
  readonly lines: readonly string[]
  readonly end?: number | null
}

async function soFar(visit: Visit, run: string): Promise<SoFar> {
  let words: readonly string[] = []
  const lines: string[] = []
  const gone = new AbortController()
  let patience = setTimeout(() => gone.abort(), PATIENCE * 5)
  for await (const answer of follow(visit, run, 0, gone.signal)) {
    clearTimeout(patience)
    if (answer.kind === 'refused') throw new Refused(answer)
    if (answer.kind === 'ended') return { words, lines, end: answer.status }
    if (answer.kind === 'command') words = answer.words
    if (answer.kind === 'line') lines.push(answer.line)
    patience = setTimeout(() => gone.abort(), PATIENCE)
  }
  return { words, lines }
}

function follow({ client, session, address }: Visit, run: string, from: number, gone: AbortSignal) {
  return client.follow({ ask: 'follow', session, address, run, from }, gone)
}

/** Each line as it comes, with its number: a browser that was cut off goes on behind the last one it has seen. */
function stream(visit: Visit, run: string) {
  const { context } = visit
  const last = context.req.header('last-event-id')
  const from = last === undefined ? Number(context.req.query('from') ?? 0) : Number(last) + 1
  context.header('X-Accel-Buffering', 'no')
  return streamSSE(context, async sent => {
    const gone = new AbortController()
    sent.onAbort(() => gone.abort())
    for await (const answer of follow(visit, run, Number.isSafeInteger(from) && from >= 0 ? from : 0, gone.signal)) {
      if (answer.kind === 'command') continue
      if (answer.kind !== 'line') return sent.writeSSE({ event: 'end', data: '' })
      await sent.writeSSE({ event: 'line', id: String(answer.at), data: String(await lineView(visit, answer.line)) })
    }
  })
}
