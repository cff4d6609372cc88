import type { Hono } from 'hono'
import { html } from 'hono/html'
import { at, recordAddress } from '../base.ts'
import { formText } from '../body.ts'
import { batchOf, type Line, problemsByField } from '../form/changes.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { hiddenToken, lineField, runButton } from '../parts/form.ts'
import { note, notes } from '../parts/note.ts'
import { withWays } from '../parts/way.ts'
import { forgetStatus } from '../status.ts'
import type { Env, Visit } from '../visit.ts'
import { nameChecks } from './certificate-checks.ts'
import { limitTable } from './certificate-limits.ts'
import { nameForm, nameLines, namesOf } from './certificate-names.ts'
import { recordsIn } from './databases.ts'

/** What `gabarit letsencrypt setup --dry-run --json` prints. */
interface Outline {
  readonly corrections: readonly string[]
  readonly missing: readonly { readonly what: string; readonly message: string; readonly command: string }[]
  readonly certificates: readonly { readonly name: string; readonly names: readonly string[] }[]
  readonly steps: readonly string[]
  /** Why names are left out that somebody has asked for. */
  readonly leftOut: readonly string[]
}

const SETUP = ['gabarit', 'letsencrypt', 'setup']
const PAGE = '/certificates/setup'

/** From nothing to certificates in service: settings, names, limits, checks, and the steps of the command. */
export function serveCertificateSetup(app: Hono<Env>): void {
  app.get(PAGE, context => setupPage(context.get('visit')))
  app.post(`${PAGE}/settings`, async context => {
    const form = await formText(context)
    const email = form('email').trim()
    const settings = [
      ['email', email],
      ['ACCEPT_TERMS', form('terms') === 'yes' ? 'yes' : ''],
    ].filter(([, value]) => value !== '')
    const lines = settings.map(([field = '', value = '']) => ({
      words: ['setprop', 'letsencrypt', field, value],
      field,
    }))
    return stored(context.get('visit'), [['configuration', lines]], email)
  })
  app.post(`${PAGE}/names`, async context => {
    const form = await formText(context)
    return stored(context.get('visit'), nameLines(form))
  })
}

/** Stores what a form changes, database by database, and shows the page again. @param email as it was typed */
async function stored(
  visit: Visit,
  changes: readonly (readonly [database: string, lines: readonly Line[]])[],
  email?: string,
) {
  forgetStatus()
  for (const [database, lines] of changes) {
    if (lines.length === 0) continue
    const { status, stderr } = await visit.read(['db', database, 'batch'], batchOf(lines))
    if (status !== 0) return setupPage(visit, { problems: problemsByField(stderr, lines), email })
  }
  return visit.context.redirect(at(PAGE, { stored: 'yes' }), 303)
}

/** A form that was just sent and is refused. */
interface Wrong {
  /** By field. */
  readonly problems: ReadonlyMap<string, readonly string[]>
  readonly email: string | undefined
}

async function setupPage(visit: Visit, wrong: Wrong = { problems: new Map(), email: undefined }) {
  const [outline, domains, hosts] = await Promise.all([
    visit.data<Outline>([...SETUP, '--dry-run', '--json']),
    recordsIn(visit, 'domains'),
    recordsIn(visit, 'hosts'),
  ])
  const { missing, certificates, corrections } = outline
  const missed = missing.filter(({ what }) => !['terms', 'email', 'names'].includes(what))
  const others = [...wrong.problems].flatMap(([field, texts]) => (field === 'email' ? [] : texts))
  const body = html`${notes('bad', visit.say('notStored'), others)}${visit.context.req.query('stored') === 'yes' ? note('ok', visit.say('stored')) : NONE}
${notes('warn', visit.say('problems'), withWays(visit, [...corrections, ...missed.map(({ message, command }) => `${message}: ${command}`)]))}
<section class="card"><h2>1. ${visit.say('setupAccount')}</h2>${await accountForm(visit, missing, wrong)}</section>
<section class="card"><h2>2. ${visit.say('setupNames')}</h2>${nameForm(visit, namesOf(domains, hosts, certificates), outline.leftOut)}</section>
<section class="card"><h2>3. ${visit.say('checkNames')}</h2>${await nameChecks(visit)}</section>
<section class="card"><h2>4. ${visit.say('limits')}</h2>${await limitTable(visit)}</section>
<section class="card"><h2>5. ${visit.say('getCertificates')}</h2>${steps(visit, outline)}</section>`
  const status = wrong.problems.size > 0 ? 422 : 200
  const above = [at('/certificates'), visit.say('certificates')] as const
  return page(visit, '/certificates', visit.say('setupTitle'), body, { status, above })
}

/** Contact address and terms of the authority: asked for while one of them is missing. */
async function accountForm(visit: Visit, missing: Outline['missing'], wrong: Wrong): Promise<Markup> {
  const records = await visit.data<{ props?: Readonly<Record<string, string | null>> }>([
    ...['db', '--json', 'configuration', 'getjson', 'letsencrypt'],
  ])
  const { email, ProductionCA } = records.props ?? {}
  const settings = html`<a href="${recordAddress('configuration', 'letsencrypt')}">${visit.say('settings')}</a>`
  const authority = html`<code>${ProductionCA ?? ''}</code>`
  if (!missing.some(({ what }) => what === 'terms' || what === 'email'))
    return html`<p class="ok">${visit.say('setupAccountDone', email ?? '')}</p><p class="soft">${authority} · ${settings}</p>`
  const terms = missing.some(({ what }) => what === 'terms')
    ? html`<p><input type="checkbox" id="terms" name="terms" value="yes"><label for="terms">${visit.say('acceptTerms')}</label></p>`
    : NONE
  return html`<p>${visit.say('setupAccountText')} ${authority} · ${settings}</p>
<form class="act" method="post" action="${at(`${PAGE}/settings`)}">${hiddenToken(visit)}
${lineField({ name: 'email', label: visit.say('contactAddress'), value: wrong.email ?? email ?? '', autocomplete: 'email', problems: wrong.problems.get('email') ?? [] })}${terms}<button>${visit.say('store')}</button>
${commandOf(['config', 'setprop', 'letsencrypt', 'email', visit.say('ADDRESS'), 'ACCEPT_TERMS', 'yes'])}</form>`
}

/** The steps that are left, and the button for them once nothing is missing. */
function steps(visit: Visit, { missing, steps: open, certificates }: Outline): Markup {
  if (missing.length > 0)
    return notes(
      'warn',
      visit.say('setupMissing'),
      missing.map(({ message }) => message),
    )
  const lines = certificates.map(({ name, names }) => `certificate ${name}: ${names.join(' ')}`)
  const live = [...SETUP, '--json-lines']
  return html`<ol lang="en">${[...lines, ...open].map(line => html`<li>${line}</li>`)}</ol><p>${visit.say('setupSteps')}</p>
<div class="acts">${runButton(visit, live, visit.say('setupCertificates'))}
${runButton(visit, [...live, '--test'], visit.say('setupTestOnly'), { look: 'quiet' })}</div>`
}
