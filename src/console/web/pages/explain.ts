import type { Hono } from 'hono'
import { html } from 'hono/html'
import { orUndefined } from '../../../base/failure.ts'
import { at, databaseAddress, recordAddress } from '../base.ts'
import { fragmentAddress, partsOf, type TemplatePart, templateAddress } from '../fragment.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { numberedLines } from '../parts/numbered.ts'
import { outputView } from '../parts/output.ts'
import type { Env, Visit } from '../visit.ts'

/** A line of a fragment. */
interface Origin {
  readonly file: string
  readonly line: number
}

/** What `gabarit explain FILE --lines --json` prints. */
interface Explained {
  readonly template: string
  readonly lines: readonly { readonly text: string; readonly fragment: Origin | null }[]
}

/** What `gabarit explain FILE:LINE --json` prints. Records in words: `hosts www.example.org`. */
interface ExplainedLine {
  readonly fragment: null | (Origin & Readonly<Record<'records' | 'reads' | 'passedOn', readonly string[]>>)
}

/** A file that gabarit makes, line by line: which fragment made each, and of which records. */
export function serveExplanations(app: Hono<Env>): void {
  app.get('/files/explain', context =>
    explainPage(context.get('visit'), context.req.query('path') ?? '', Number(context.req.query('line'))),
  )
}

async function explainPage(visit: Visit, path: string, line: number) {
  const words = ['gabarit', 'explain', path]
  const { stdout } = await visit.read([...words, '--lines', '--json'])
  const file = orUndefined((): Explained => JSON.parse(stdout))
  // Made from a secret, or by no template any more: what can be said about it.
  const body =
    file === undefined
      ? html`<div class="card">${outputView(visit, words, await visit.read(words))}</div>`
      : await linesView(visit, path, file, line)
  return page(visit, '/files', path, body, { above: [at('/files'), visit.say('files')] })
}

async function linesView(visit: Visit, path: string, { template, lines }: Explained, line: number): Promise<Markup> {
  const isLine = Number.isSafeInteger(line) && line >= 1 && line <= lines.length
  const chosen = isLine ? await lineView(visit, path, template, line) : html`<p>${visit.say('chooseLine')}</p>`
  const href = (number: number) => `${at('/files/explain', { path, line: String(number) })}#L${number}`
  const texts = lines.map(({ text }) => text)
  return html`<p><a href="${templateAddress(template)}">${visit.say('template')} ${template}</a></p>${chosen}
<div class="card">${numberedLines(texts, href, isLine ? line : undefined)}${commandOf(['gabarit', 'explain', path, '--lines'])}</div>`
}

/** Where one line comes from. */
async function lineView(visit: Visit, path: string, template: string, line: number): Promise<Markup> {
  const words = ['gabarit', 'explain', `${path}:${line}`, '--lines']
  const [{ fragment }, parts] = await Promise.all([
    visit.data<ExplainedLine>([...words, '--json']),
    partsOf(visit, template),
  ])
  if (fragment === null)
    return html`<section class="card" role="status"><h2>${visit.say('lineNumber', line)}</h2><p>${visit.say('lineOfBanner')}</p></section>`
  return html`<section class="card" role="status"><h2>${visit.say('lineNumber', line)}</h2><p>${visit.say('madeBy')} ${originLink(fragment, parts)}</p>
${recordLinks(visit.say('isAbout'), fragment.records)}${recordLinks(visit.say('fragmentReads'), fragment.reads)}${recordLinks(visit.say('perhapsReads'), fragment.passedOn)}${commandOf(words)}</section>`
}

function originLink({ file, line }: Origin, parts: readonly TemplatePart[]): Markup {
  const part = parts.find(({ fragments }) => fragments.some(one => one.file === file))
  const name = part?.fragments.find(one => one.file === file)?.name
  if (part === undefined || name === undefined) return html`<code>${file}:${line}</code>`
  return html`<a href="${fragmentAddress(part.template, name)}#L${line}">${part.template} ${name}:${line}</a>`
}

function recordLinks(title: string, records: readonly string[]): Markup {
  if (records.length === 0) return NONE
  const links = records.map(words => {
    const [database = '', ...rest] = words.split(' ')
    const key = rest.join(' ')
    const address = key.startsWith('(') ? databaseAddress(database) : recordAddress(database, key)
    return html`<li><a href="${address}">${words}</a></li>`
  })
  return html`<p>${title}</p><ul>${links}</ul>`
}
