import { html } from 'hono/html'
import { type Markup, NONE } from '../markup.ts'
import type { PropertyChange } from '../status.ts'
import type { Visit } from '../visit.ts'
import { diffView } from './diff.ts'
import { notes } from './note.ts'
import { propertySection } from './properties.ts'

/** What `--dry-run --json` prints. */
export interface Plan {
  readonly plan?: string
  readonly status: number
  readonly properties?: readonly PropertyChange[]
  readonly files?: readonly FileChange[]
  readonly services?: readonly { readonly service: string; readonly command: string }[]
  readonly handlers?: readonly { readonly name: string }[]
  readonly confirmation?: readonly string[]
  readonly checked?: readonly string[]
  readonly recovered?: readonly string[]
  readonly warnings?: readonly string[]
  readonly problems?: readonly string[]
}

interface FileChange {
  readonly path: string
  readonly change: string
  readonly edited: boolean
  readonly diff: string
}

/** Whether a plan does anything: to finish or undo what was interrupted counts too. */
export function isEmpty({ properties = [], files = [], services = [], handlers = [], recovered = [] }: Plan): boolean {
  return [properties, files, services, handlers, recovered].every(list => list.length === 0)
}

/** Properties, and lines of the difference of a file, that are shown at first: nobody reads thousands. */
const MOST_PROPERTIES = 200
const MOST_LINES = 500

/**
 * First what was changed, then the files, then the services.
 * @param whole where all of a long plan is shown; without it, this is the place
 */
export function planView(visit: Visit, plan: Plan, whole?: string): Markup {
  const { properties = [], files = [], services = [], handlers = [], confirmation = [], checked = [] } = plan
  return html`${notes('bad', visit.say('problems'), plan.problems ?? [])}
${notes('warn', visit.say('doneFirst'), plan.recovered ?? [])}${notes('warn', visit.say('warnings'), plan.warnings ?? [])}
${notes('warn', visit.say('canLockOut'), confirmation)}${notes('ok', visit.say('checkedBy'), checked)}
${properties.length === 0 ? NONE : html`<section class="card">${propertySection(visit, properties.slice(0, whole === undefined ? undefined : MOST_PROPERTIES))}${more(visit, properties.length - MOST_PROPERTIES, whole)}</section>`}
${fileList(visit, files, whole)}
${list(
  visit.say('actions'),
  handlers.map(({ name }) => name),
)}
${list(
  visit.say('services'),
  services.map(({ command }) => command),
)}`
}

/** How much is not shown, and where it is. */
function more(visit: Visit, count: number, whole: string | undefined): Markup {
  if (whole === undefined || count <= 0) return NONE
  return html`<p><b>${visit.say('notShown', count)}</b> <a href="${whole}">${visit.say('showAll')}</a></p>`
}

function difference(visit: Visit, diff: string, whole: string | undefined): Markup {
  if (diff === '') return NONE
  const lines = whole === undefined ? [] : diff.split('\n')
  if (lines.length <= MOST_LINES) return diffView(diff)
  return html`${diffView(lines.slice(0, MOST_LINES).join('\n'))}${more(visit, lines.length - MOST_LINES, whole)}`
}

function fileList(visit: Visit, files: readonly FileChange[], whole: string | undefined): Markup {
  if (files.length === 0) return NONE
  const items = files.map(
    ({ path, change, edited, diff }) => html`<details class="file"${files.length === 1 ? html` open` : NONE}>
<summary><b>${path}</b> <span class="soft">${visit.word('change', change)}${edited ? `, ${visit.say('edited')}` : ''}</span></summary>${difference(visit, diff, whole)}</details>`,
  )
  const fold =
    files.length > 1 ? html`<button type="button" class="quiet" data-fold hidden>${visit.say('fold')}</button>` : NONE
  return html`<section class="card"><h2>${visit.say('filesCount', files.length)}</h2>${fold}${items}</section>`
}

function list(title: string, lines: readonly string[]): Markup {
  if (lines.length === 0) return NONE
  return html`<section class="card"><h2>${title}</h2><ul>${lines.map(line => html`<li><code>${line}</code></li>`)}</ul></section>`
}
