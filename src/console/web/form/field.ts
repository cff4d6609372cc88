import { html } from 'hono/html'
import type { PropertyDescription } from '../../../db/description.ts'
import { factsOf, textIn } from '../../../db/description-words.ts'
import { type Markup, NONE } from '../markup.ts'
import { wrongText } from '../parts/wrong.ts'
import type { Visit } from '../visit.ts'
import { pairOf, shownValue, switchOf } from './values.ts'

/** What a field shows. */
export interface FieldData {
  /** The name that its value is sent with. */
  readonly id: string
  readonly label: string
  readonly known: PropertyDescription | undefined
  /** Undefined: not there. Null: a secret. */
  readonly value: string | null | undefined
  /** What somebody has typed before the form came back. */
  readonly typed: string | undefined
  readonly problems: readonly string[]
  /** Values to choose from. */
  readonly choices: readonly string[]
  /** Below the field. */
  readonly more?: Markup
}

/** A field for a property, of the kind that its description asks for. */
export function fieldView(visit: Visit, data: FieldData): Markup {
  const { id, label, known = {}, problems, more = NONE } = data
  const french = visit.language === 'fr'
  const text = textIn(known.description, french)
  const lines = known.list === undefined ? '' : visit.say('onePerLine')
  const hint = [text, factsOf(notSeen(data), french), lines].filter(part => part !== '').join(' · ')
  const expected = french && problems.length > 0 ? visit.say('notAccepted', factsOf(known, french)) : ''
  return html`<div class="field"><label for="${id}">${label}</label>
<p class="hint" id="${id}-hint">${data.known === undefined ? visit.say('undescribed') : hint}</p>
${wrongText(id, problems, expected)}
${control(visit, data, attributes(data))}${more}</div>`
}

function attributes({ id, problems }: FieldData): Markup {
  const wrong = problems.length > 0
  return html`id="${id}" name="${id}" aria-describedby="${id}-hint${wrong ? ` ${id}-error` : ''}"${wrong ? html` aria-invalid="true"` : NONE}`
}

/** What the field does not show by itself: a switch and a list of choices say what can be chosen; a form says more than its format. */
function notSeen(data: FieldData): PropertyDescription {
  const { enum: _choices, format, list: _list, ...others } = data.known ?? {}
  const isSaid =
    isSwitch(data) || choicesOf(data.known) !== undefined || others.form !== undefined || format === undefined
  return isSaid ? others : { ...others, format }
}

/** Whether a property is shown as a switch. */
function isSwitch({ known = {}, value, typed }: FieldData): boolean {
  return value !== null && switchOf(known, typed ?? value ?? known.default) !== undefined
}

/** All values that a property may have, if they are few. */
function choicesOf(known: PropertyDescription = {}): readonly string[] | undefined {
  return known.enum ?? pairOf(known)
}

function control(visit: Visit, data: FieldData, attributes: Markup): Markup {
  const { id, known = {}, value, typed, choices } = data
  if (known.secret === true || value === null) {
    const hint = visit.say(value === undefined ? 'noSecret' : 'secretUnchanged')
    return html`<input type="password" ${attributes} value="" placeholder="${hint}" autocomplete="new-password">`
  }
  const shown = typed ?? shownValue(known, value ?? '')
  const pair = switchOf(known, typed ?? value ?? known.default)
  if (pair !== undefined) return switchView(visit, attributes, pair, typed ?? value ?? known.default)
  const values = choicesOf(known)
  if (values !== undefined) return selectView(visit, attributes, values, known, shown, value === undefined)
  const example = value === undefined && known.default !== undefined ? html` placeholder="${known.default}"` : NONE
  // HTML drops the first line break of a text area.
  if (known.list !== undefined || /[\r\n]/.test(shown))
    return html`<textarea ${attributes}${example}>
${shown}</textarea>`
  const options =
    choices.length === 0
      ? NONE
      : html`<datalist id="${id}-list">${choices.map(choice => html`<option value="${choice}"></option>`)}</datalist>`
  const list = choices.length === 0 ? NONE : html` list="${id}-list"`
  return html`<input ${attributes} value="${shown}"${example}${list}${known.pattern === undefined ? NONE : pattern(known.pattern)} autocomplete="off" spellcheck="false">${options}`
}

/** A pattern that a browser reads as we do. Browsers read it with the flag v, which knows more signs. */
function pattern(source: string): Markup {
  try {
    new RegExp(source, 'v')
    return html` pattern="${source}"`
  } catch {
    return NONE
  }
}

function switchView(visit: Visit, attributes: Markup, [on]: readonly [string, string], value?: string): Markup {
  return html`<input type="checkbox" role="switch" ${attributes} value="${on}"${value === on ? html` checked` : NONE}><span class="on">${visit.say('on')}</span><span class="off">${visit.say('off')}</span>`
}

function selectView(
  visit: Visit,
  attributes: Markup,
  values: readonly string[],
  known: PropertyDescription,
  shown: string,
  absent: boolean,
): Markup {
  const nothing = absent || known.empty === true || known.default === undefined ? [''] : []
  const all = [...new Set([...nothing, ...values, shown])].filter(
    value => value !== '' || nothing.length > 0 || shown === '',
  )
  const name = (value: string) =>
    value !== '' ? value : known.default === undefined ? visit.say('notSet') : visit.say('notSetDefault', known.default)
  return html`<select ${attributes}>${all.map(value => html`<option value="${value}"${value === shown ? html` selected` : NONE}>${name(value)}</option>`)}</select>`
}
