import type { Hono } from 'hono'
import { allowedBy } from '../../../db/description.ts'
import { databaseAddress, recordAddress } from '../base.ts'
import { formText } from '../body.ts'
import { batchOf, expectation, type Line, linesFor, problemsByField, shownChanges } from '../form/changes.ts'
import { type Known, knownOf } from '../form/description.ts'
import { differences, type RecordData, type Seen, seenFrom, seenOf } from '../form/record.ts'
import { readSent } from '../form/sent.ts'
import { forgetStatus, type PropertyChange } from '../status.ts'
import type { Env, Visit } from '../visit.ts'
import { descriptionsOf, recordsIn } from './databases.ts'
import { type Form, recordPage } from './record-form.ts'

const NEW: Seen = { type: '', props: new Map() }
/** The longest key that fits into the address of its page, as addresses write it: web servers refuse longer ones. */
const LONGEST_KEY = 4000

const GONE: Seen = { type: null, props: new Map() }

/** The form of a record: shown, stored, made new, deleted. */
export function serveRecords(app: Hono<Env>): void {
  app.get('/records/:database/record', context => show(context.get('visit'), context.req.param('database')))
  app.post('/records/:database/record', context => store(context.get('visit'), context.req.param('database')))
  app.get('/records/:database/new', context => showNew(context.get('visit'), context.req.param('database')))
  app.post('/records/:database/new', context => create(context.get('visit'), context.req.param('database')))
  app.post('/records/:database/delete', context => remove(context.get('visit'), context.req.param('database')))
}

async function show(visit: Visit, database: string) {
  const key = visit.context.req.query('key') ?? ''
  const [record, known] = await lookUp(visit, database, key)
  if (record === undefined) return visit.context.notFound()
  const stored = visit.context.req.query('stored') === 'yes'
  return formPage(visit, { database, key, isNew: false, known, seen: seenOf(record), stored })
}

async function showNew(visit: Visit, database: string) {
  const type = visit.context.req.query('type') ?? ''
  const known = knownOf(await descriptionsOf(visit, database), '', type)
  return formPage(visit, { database, key: '', isNew: true, known, seen: { ...NEW, type } })
}

async function store(visit: Visit, database: string) {
  const [shown, record] = await storedBy(visit, database, await formText(visit.context))
  const { key, known, seen, sent } = shown
  return changedElsewhere(visit, shown, record) ?? saved(visit, shown, linesFor(key, known, seen, sent))
}

/** What the form of a record says, and the record as it is now. */
async function storedBy(visit: Visit, database: string, form: (name: string) => string) {
  const key = form('key')
  const seen = seenFrom(form('seen'))
  const [record, known] = await lookUp(visit, database, key)
  return [{ database, key, isNew: false, known, sent: readSent(form, known, seen), seen }, record] as const
}

/** The same for a new one. */
async function createdBy(visit: Visit, database: string, form: (name: string) => string) {
  const key = form('key')
  const type = form('type')
  const [record, known] = await lookUp(visit, database, key, type)
  const seen = { ...NEW, type }
  return [{ database, key, isNew: true, known, seen, sent: readSent(form, known, seen) }, record] as const
}

/** What a form of a record would change. @param act the last word of its address */
export async function changesBy(
  visit: Visit,
  database: string,
  act: string,
  form: (name: string) => string,
): Promise<PropertyChange[]> {
  const record = { database, key: form('key'), property: null }
  if (act === 'delete') return [{ ...record, old: seenFrom(form('seen')).type, new: null }]
  const isNew = act === 'new'
  const [{ key, known, seen, sent }] = await (isNew ? createdBy : storedBy)(visit, database, form)
  const changes = shownChanges(database, key, known, seen, sent)
  return isNew ? [{ ...record, old: null, new: seen.type }, ...changes] : changes
}

/** Somebody else may have changed it meanwhile: nothing is stored then, and nothing that was typed is lost. */
function changedElsewhere(visit: Visit, shown: Form, record: RecordData | undefined) {
  const now = record === undefined ? GONE : seenOf(record)
  const changed = differences(shown.seen, now)
  return changed.length > 0 ? formPage(visit, { ...shown, seen: now, changed }, 409) : undefined
}

async function create(visit: Visit, database: string) {
  const [shown, record] = await createdBy(visit, database, await formText(visit.context))
  const { key, known, seen, sent } = shown
  const refuse = (problem: string, status: 409 | 422) =>
    formPage(visit, { ...shown, problems: new Map([['', [problem]]]) }, status)
  if (record !== undefined) return refuse(visit.say('exists', key), 409)
  if (encodeURIComponent(key).length > LONGEST_KEY) return refuse(visit.say('tooLongKey'), 422)
  const first = [
    ['expecttype', key],
    ['set', key, seen.type],
  ].map((words): Line => ({ words, field: '' }))
  return saved(visit, shown, [...first, ...linesFor(key, known, seen, sent)])
}

async function saved(visit: Visit, shown: Form, lines: readonly Line[]) {
  const { database, key } = shown
  const problem = lines.length > 0 ? await carryOut(visit, shown, lines) : undefined
  return problem ?? visit.context.redirect(recordAddress(database, key, { stored: 'yes' }), 303)
}

/** @returns the form with what is wrong, if anything is */
async function carryOut(visit: Visit, shown: Form, lines: readonly Line[]) {
  const { database, key, isNew } = shown
  const { status, stderr } = await visit.read(['db', database, 'batch'], batchOf(lines))
  forgetStatus()
  if (status === 0) return undefined
  const changed = isNew ? undefined : changedElsewhere(visit, shown, (await lookUp(visit, database, key))[0])
  return changed ?? formPage(visit, { ...shown, problems: problemsByField(stderr, lines) }, 422)
}

async function remove(visit: Visit, database: string) {
  const form = await formText(visit.context)
  const key = form('key')
  const seen = seenFrom(form('seen'))
  const [record, known] = await lookUp(visit, database, key)
  if (record === undefined) return visit.context.notFound()
  const shown = { database, key, isNew: false, known, seen }
  const expected = ['', ...seen.props.keys()].flatMap(field => expectation(key, field, seen))
  const lines: Line[] = [...expected, { words: ['delete', key], field: '' }]
  const problem = changedElsewhere(visit, shown, record) ?? (await carryOut(visit, shown, lines))
  return problem ?? visit.context.redirect(databaseAddress(database, '', { deleted: key }), 303)
}

/** A record, and what is known about it. */
async function lookUp(
  visit: Visit,
  database: string,
  key: string,
  newType = '',
): Promise<[RecordData | undefined, Known]> {
  const [records, descriptions] = await Promise.all([recordsIn(visit, database), descriptionsOf(visit, database)])
  const record = records.find(({ name }) => name === key)
  return [record, knownOf(descriptions, key, record?.type ?? newType)]
}

async function formPage(visit: Visit, form: Form, status: 200 | 409 | 422 = 200) {
  return recordPage(visit, form, await choicesFor(visit, form.known), status)
}

/** The values that properties may have because they name records of a database. */
async function choicesFor(visit: Visit, { properties }: Known): Promise<ReadonlyMap<string, readonly string[]>> {
  const references = [...properties].flatMap(([name, { reference }]) =>
    reference === undefined ? [] : [{ name, reference }],
  )
  const databases = [...new Set(references.map(({ reference }) => reference.database))]
  const records = new Map(await Promise.all(databases.map(async name => [name, await recordsIn(visit, name)] as const)))
  return new Map(
    references.map(({ name, reference }) => {
      const all = (records.get(reference.database) ?? []).map(
        record =>
          [record.name, { key: record.name, type: record.type ?? '', properties: new Map<string, string>() }] as const,
      )
      return [name, allowedBy(reference, new Map(all))]
    }),
  )
}
