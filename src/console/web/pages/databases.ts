import type { Hono } from 'hono'
import { html } from 'hono/html'
import { textIn } from '../../../db/description-words.ts'
import { at, databaseAddress, recordAddress } from '../base.ts'
import { type Descriptions, knownOf } from '../form/description.ts'
import type { RecordData } from '../form/record.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { menuPageOf } from '../menu.ts'
import { commandOf } from '../parts/command.ts'
import { note } from '../parts/note.ts'
import { table } from '../parts/table.ts'
import type { Env, Visit } from '../visit.ts'

/** What `gabarit databases --json` prints. */
interface Database {
  readonly name: string
  readonly records: number | null
  readonly problem: string | null
}

const DATABASES = ['gabarit', 'databases', '--json']

/** Properties that a list shows of each record, and how long their values may be: long ones are paths. */
const SHOWN = 4
const LONGEST = 40

/** A list that is longer can be searched. */
const FEW = 10

/** All databases, and the records of each. */
export function serveDatabases(app: Hono<Env>): void {
  app.get('/records', async context => {
    const visit = context.get('visit')
    const databases = await visit.data<Database[]>(DATABASES)
    const rows = databases.map(({ name, records, problem }) => [
      html`<a href="${databaseAddress(name)}">${visit.word('database', name)}</a>`,
      html`<code>${name}</code>`,
      problem === null ? String(records) : html`<span class="bad">${problem}</span>`,
    ])
    const heads = [visit.say('name'), visit.say('database'), visit.say('count')]
    return page(
      visit,
      '/records',
      visit.say('records'),
      html`<div class="card">${table(visit.say('records'), heads, rows, '')}</div>${commandOf(['gabarit', 'databases'])}`,
    )
  })
  app.get('/records/:database', context => databasePage(context.get('visit'), context.req.param('database')))
}

async function databasePage(visit: Visit, database: string) {
  const { context } = visit
  const [records, descriptions] = await Promise.all([recordsIn(visit, database), descriptionsOf(visit, database)])
  const search = context.req.query('search') ?? ''
  const found = records.filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()))
  const title = visit.word('database', database)
  const done = context.req.query('deleted')
  const body = html`${done === undefined ? NONE : note('ok', visit.say('deleted', done))}${newButtons(visit, database, descriptions)}
${records.length > FEW ? searchForm(visit, search) : NONE}
<div class="card">${recordTable(visit, database, found, descriptions)}</div>${commandOf(['db', database, 'show'])}`
  const here = menuPageOf(database)
  return page(visit, here, title, body, here === '/records' ? { above: [at(here), visit.say('records')] } : {})
}

function searchForm(visit: Visit, search: string): Markup {
  return html`<form class="line" method="get"><label for="search">${visit.say('search')}</label> <input id="search" name="search" type="search" value="${search}"> <button class="quiet">${visit.say('find')}</button></form>`
}

function newButtons(visit: Visit, database: string, { types }: Descriptions): Markup {
  const buttons = Object.entries(types).map(
    ([
      type,
      { description },
    ]) => html`<div class="act"><a class="button" href="${databaseAddress(database, '/new', { type })}">${visit.say('newRecord', type)}</a>
<p class="soft small">${textIn(description, visit.language === 'fr')}</p></div>`,
  )
  const other = html`<div class="act"><a class="button quiet" href="${databaseAddress(database, '/new')}">${visit.say('newOther')}</a></div>`
  return html`<div class="acts">${buttons}${buttons.length === 0 ? other : NONE}</div>`
}

function recordTable(
  visit: Visit,
  database: string,
  records: readonly RecordData[],
  descriptions: Descriptions,
): Markup {
  const rows = records.map(({ name, type, props = {} }) => {
    const { properties } = knownOf(descriptions, name, type ?? '')
    const told = Object.entries(props).filter(
      ([property, value]) =>
        value !== null && value !== '' && value !== properties.get(property)?.default && value.length <= LONGEST,
    )
    const summary = told
      .slice(0, SHOWN)
      .map(([property, value]) => html`<span class="pair"><span class="soft">${property}</span> ${value}</span> `)
    return [
      html`<a href="${recordAddress(database, name)}">${name}</a>`,
      type ?? visit.say('secret'),
      html`${summary}${told.length > SHOWN ? ' …' : ''}`,
    ]
  })
  return table(
    visit.word('database', database),
    [visit.say('key'), visit.say('type'), visit.say('properties')],
    rows,
    visit.say('noRecords'),
  )
}

export function recordsIn(visit: Visit, database: string): Promise<RecordData[]> {
  return visit.data<RecordData[]>(['db', '--json', database, 'printjson'])
}

/** What describes a database; nothing, if it is not described. */
export async function descriptionsOf(visit: Visit, database: string): Promise<Descriptions> {
  const { status, stdout } = await visit.read(['db', '--json', database, 'describe'])
  return status === 0 ? JSON.parse(stdout) : { records: {}, types: {}, families: {} }
}
