import { html } from 'hono/html'
import { orUndefined, usageFailure } from '../../../base/failure.ts'
import { listOf, objectOf, oneOf, orNull, text } from '../../../base/shape.ts'
import { at, recordAddress } from '../base.ts'
import type { Line } from '../form/changes.ts'
import type { RecordData } from '../form/record.ts'
import { type Markup, NONE } from '../markup.ts'
import { commandOf } from '../parts/command.ts'
import { hidden, hiddenToken } from '../parts/form.ts'
import { note, notes } from '../parts/note.ts'
import { table } from '../parts/table.ts'
import type { Visit } from '../visit.ts'

/** The property that asks for a name. */
const ASKED = 'letsencryptSSLcert'

/** A name that can be in a certificate: that of a domain, or of a host of this server. */
interface Name {
  readonly database: 'domains' | 'hosts'
  readonly key: string
  /** The property as it stands; null: it is not set. */
  readonly old: string | null
  /** The certificate that it is in, or will be. */
  readonly certificate: string | undefined
}

/** All names, each domain followed by its hosts. */
export function namesOf(
  domains: readonly RecordData[],
  hosts: readonly RecordData[],
  certificates: readonly { readonly name: string; readonly names: readonly string[] }[],
): Name[] {
  const inside = new Map(certificates.flatMap(({ name, names }) => names.map(one => [one, name] as const)))
  const nameOf = (database: Name['database'], { name, props = {} }: RecordData) => ({
    ...{ database, key: name, old: props[ASKED] ?? null, certificate: inside.get(name.toLowerCase()) },
  })
  const own = hosts.filter(
    ({ type, props = {} }) => type === 'host' && (props.HostType === 'Self' || isOn(props[ASKED])),
  )
  const all = [
    ...domains.filter(({ type }) => type === 'domain').map(one => nameOf('domains', one)),
    ...own.map(one => nameOf('hosts', one)),
  ]
  const fromTop = ({ key }: Name) => key.split('.').reverse().join('.')
  return all.sort((one, other) => (fromTop(one) < fromTop(other) ? -1 : 1))
}

/** A switch for each name, and whether it is in. @param leftOut why names are left out that somebody has asked for */
export function nameForm(visit: Visit, names: readonly Name[], leftOut: readonly string[]): Markup {
  const rows = names.map((name, index) => [
    nameSwitch(name, `name-${index}`),
    html`<a href="${recordAddress(name.database, name.key)}">${visit.say(name.database === 'domains' ? 'domain' : 'host')}</a>`,
    whereIs(visit, isOn(name.old), name.certificate),
  ])
  const seen = JSON.stringify(names.map(({ database, key, old }) => ({ database, key, old })))
  const heads = [visit.say('name'), visit.say('record'), visit.say('certificate')]
  return html`<p>${visit.say('setupNamesText')}</p>${notes('warn', visit.say('leftOut'), leftOut)}
<form class="act" method="post" action="${at('/certificates/setup/names')}">${hiddenToken(visit)}${hidden('seen', seen)}
${table(visit.say('setupNames'), heads, rows, visit.say('noRecords'))}<button>${visit.say('store')}</button>
${commandOf(['db', 'hosts', 'setprop', visit.say('NAME'), ASKED, 'enabled'])}</form>`
}

/** What leaving out the names that fail would change, as `gabarit letsencrypt check --json` tells it. */
export interface LeavingOut {
  /** `hosts www.example.org` */
  readonly records: readonly string[]
  /** Names that go with them. */
  readonly also: readonly string[]
  /** Names that stay, because a setting includes them. */
  readonly stay: readonly string[]
}

/** The button that leaves out the names that fail, with all that it stores. */
export function leaveOutForm(visit: Visit, { records, also, stay }: LeavingOut): Markup {
  const asked = records.map(record => {
    const [database = '', ...key] = record.split(' ')
    return { database, key: key.join(' '), old: 'enabled' }
  })
  const lines = asked.map(
    ({ database, key }) => html`<li>${commandOf(['db', database, 'setprop', key, ASKED, 'disabled'])}</li>`,
  )
  const form = html`<form class="act" method="post" action="${at('/certificates/setup/names')}">${hiddenToken(visit)}${hidden('seen', JSON.stringify(asked))}
<p>${visit.say('leaveOutText')}</p><ul>${lines}</ul>${also.length === 0 ? NONE : html`<p>${visit.say('alsoLeftOut', also.join(' '))}</p>`}<button class="quiet">${visit.say('leaveOut')}</button></form>`
  const settings = html`<a href="${recordAddress('configuration', 'letsencrypt')}">${visit.say('settings')}</a>`
  const others = html`${visit.say('cannotLeaveOut', stay.join(' '))} ${settings}`
  return html`${asked.length === 0 ? NONE : form}${stay.length === 0 ? NONE : note('warn', others)}`
}

/** The switch of a name; one that a setting includes cannot be turned. */
function nameSwitch({ key, old, certificate }: Name, id: string): Markup {
  const asked = isOn(old)
  const state = asked ? html` checked` : certificate === undefined ? NONE : html` checked disabled`
  return html`<input type="checkbox" id="${id}" name="${id}" value="yes"${state}><label for="${id}">${key}</label>`
}

function whereIs(visit: Visit, asked: boolean, certificate: string | undefined): Markup | string {
  if (certificate === undefined)
    return asked
      ? html`<span class="warn">${visit.say('isLeftOut')}</span>`
      : html`<span class="soft">${visit.say('notAsked')}</span>`
  return html`<span class="ok">${certificate}</span>${asked ? '' : html` <span class="soft small">${visit.say('includedBySetting')}</span>`}`
}

const sent = listOf(objectOf({ database: oneOf('domains', 'hosts'), key: text, old: orNull(text) }))

/** What a sent form changes, by database. Of each name, the batch expects what the form has shown. @throws Failure (usage) */
export function nameLines(form: (name: string) => string): [database: string, lines: Line[]][] {
  const seen = orUndefined(() => sent(JSON.parse(form('seen'))))
  if (seen === undefined) throw usageFailure('this is no list of names')
  const lines = new Map<string, Line[]>([
    ['domains', []],
    ['hosts', []],
  ])
  for (const [index, { database, key, old }] of seen.entries()) {
    const wanted = form(`name-${index}`) === 'yes'
    if (wanted === isOn(old)) continue
    const expected = ['expectprop', key, ASKED, ...(old === null ? [] : [old])]
    const change = ['setprop', key, ASKED, wanted ? 'enabled' : 'disabled']
    lines.get(database)?.push({ words: expected, field: '' }, { words: change, field: '' })
  }
  return [...lines]
}

function isOn(value: string | null | undefined): boolean {
  return value === 'enabled'
}
