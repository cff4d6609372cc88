import { html } from 'hono/html'
import { ruleLine, textIn } from '../../../db/description-words.ts'
import { databaseAddress } from '../base.ts'
import type { Sent } from '../form/changes.ts'
import type { Known } from '../form/description.ts'
import { fieldView } from '../form/field.ts'
import { type differences, type Seen, seenAsText } from '../form/record.ts'
import { fieldId, namesOf } from '../form/sent.ts'
import { page } from '../layout.ts'
import { type Markup, NONE } from '../markup.ts'
import { menuPageOf } from '../menu.ts'
import { commandOf } from '../parts/command.ts'
import { hidden, hiddenToken } from '../parts/form.ts'
import { note, notes } from '../parts/note.ts'
import type { Visit } from '../visit.ts'
import { logLink } from './logs.ts'

/** How many properties are shown even if they are not set. */
const FIRST = 6

/** The form of a record, and what is to be said about it. */
export interface Form {
  readonly database: string
  readonly key: string
  readonly isNew: boolean
  readonly known: Known
  /** The record as it stands. */
  readonly seen: Seen
  /** What was typed before the form came back. */
  readonly sent?: Sent
  readonly stored?: boolean
  /** What somebody else has changed. */
  readonly changed?: ReturnType<typeof differences>
  /** By field. */
  readonly problems?: ReadonlyMap<string, readonly string[]>
}

/** The page of a record. @param choices by property */
export function recordPage(
  visit: Visit,
  form: Form,
  choices: ReadonlyMap<string, readonly string[]>,
  status: 200 | 409 | 422,
) {
  const { database, key, isNew, known, seen, stored = false, changed = [], problems = new Map() } = form
  const french = visit.language === 'fr'
  const names = namesOf(known, seen)
  // What belongs to the record is wrong with its key, or is its only value.
  const hasField = (name: string) => (name === '' ? isNew || known.scalar !== undefined : names.includes(name))
  const others = [...problems].filter(([field]) => !hasField(field)).flatMap(([, texts]) => texts)
  const elsewhere = changed.map(
    ([name, old, now]) => `${name || visit.say('type')}: ${old ?? visit.say('absent')} → ${now ?? visit.say('absent')}`,
  )
  const about = textIn(known.description, french)
  const field = (name: string) => propertyField(visit, form, names, name, choices.get(name) ?? [])
  const [shown, folded] = foldedIn(form, names)
  const more = html`<details><summary>${visit.say('moreSettings', folded.length)}</summary>${folded.map(field)}</details>`
  const body = html`${stored ? note('ok', visit.say('stored')) : NONE}${notes('bad', visit.say('notStored'), others)}${notes('warn', visit.say('changedElsewhere'), elsewhere)}
${problems.size > others.length ? note('bad', visit.say('lookAtFields')) : NONE}
${about === '' ? NONE : html`<p>${about}</p>`}${isNew ? NONE : logLink(visit, database, seen.type, key)}
<form class="card" method="post" action="${databaseAddress(database, isNew ? '/new' : '/record')}">${hiddenToken(visit)}
${isNew ? newHead(visit, form) : html`${hidden('key', key)}${hidden('seen', seenAsText(seen))}`}
${scalarField(visit, form)}${shown.map(field)}${folded.length === 0 ? NONE : more}
<details><summary>${visit.say('addProperty')}</summary>${added(visit, form)}</details>
<button>${visit.say('store')}</button> ${commandOf(['db', database, isNew ? 'set' : 'setprop', key || visit.say('KEY'), '…'])}
<p class="soft small">${visit.say('storeHint')}</p>${known.rules.map(rule => html`<p class="soft small">${ruleLine(rule, french)}</p>`)}</form>${isNew ? NONE : deleteForm(visit, form)}`
  const title = isNew ? visit.say('newRecord', seen.type ?? '') : key
  const above = [databaseAddress(database), visit.word('database', database)] as const
  return page(visit, menuPageOf(database, key), title, body, { status, above })
}

/** The properties to show at once, and those that most people never set: neither first nor set nor wrong. */
function foldedIn({ seen, sent, problems }: Form, names: readonly string[]): [shown: string[], folded: string[]] {
  const isShown = (name: string, at: number) =>
    at < FIRST || seen.props.has(name) || problems?.has(name) === true || (sent?.values.get(name) ?? '') !== ''
  const shown = names.filter(isShown)
  return [shown, names.filter(name => !shown.includes(name))]
}

function newHead(visit: Visit, { known, key, seen, problems }: Form): Markup {
  const data = { value: undefined, problems: [], choices: [] }
  const type =
    seen.type === ''
      ? fieldView(visit, { ...data, id: 'type', label: visit.say('type'), known: {}, typed: undefined })
      : hidden('type', seen.type ?? '')
  return html`${fieldView(visit, { ...data, id: 'key', label: visit.say('key'), known: known.key ?? {}, typed: key, problems: problems?.get('') ?? [] })}${type}`
}

function scalarField(visit: Visit, { known: { scalar }, seen, sent, problems }: Form): Markup {
  if (scalar === undefined) return NONE
  return fieldView(visit, {
    id: 'scalar',
    label: visit.say('value'),
    known: scalar,
    value: seen.type,
    typed: sent?.scalar,
    problems: problems?.get('') ?? [],
    choices: [],
  })
}

function propertyField(
  visit: Visit,
  form: Form,
  names: readonly string[],
  name: string,
  choices: readonly string[],
): Markup {
  const { known, seen, sent, problems } = form
  const id = fieldId(names, name)
  const described = known.properties.get(name)
  const remove = html`<p><input type="checkbox" id="remove-${id}" name="remove-${id}" value="yes"><label for="remove-${id}">${visit.say('removeProperty', name)}</label></p>`
  return fieldView(visit, {
    ...{ id, label: name, known: described, choices, value: seen.props.get(name), typed: sent?.values.get(name) },
    ...{ problems: problems?.get(name) ?? [], more: described === undefined ? remove : NONE },
  })
}

function added(visit: Visit, { sent }: Form): Markup {
  const { name = '', value = '' } = sent?.added ?? {}
  return html`<div class="field"><label for="added-name">${visit.say('property')}</label><input id="added-name" name="added-name" value="${name}" autocomplete="off"></div>
<div class="field"><label for="added-value">${visit.say('value')}</label><input id="added-value" name="added-value" value="${value}" autocomplete="off"></div>`
}

function deleteForm(visit: Visit, { database, key, seen }: Form): Markup {
  return html`<details class="card"><summary>${visit.say('deleteRecord')}</summary><form class="act" method="post" action="${databaseAddress(database, '/delete')}">${hiddenToken(visit)}${hidden('key', key)}${hidden('seen', seenAsText(seen))}
<button class="danger">${visit.say('deleteNow', key)}</button>${commandOf(['db', database, 'delete', key])}</form></details>`
}
