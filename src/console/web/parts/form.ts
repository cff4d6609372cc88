import { html } from 'hono/html'
import { at } from '../base.ts'
import { type Markup, NONE } from '../markup.ts'
import type { Visit } from '../visit.ts'
import { plannedWords, withOptions } from '../words.ts'
import { commandOf, shortLine } from './command.ts'
import { wrongText } from './wrong.ts'

/** What shows that a form is from this session. */
export function hiddenToken(visit: Visit): Markup {
  return hidden('token', visit.formToken)
}

export function hidden(name: string, value: string): Markup {
  return html`<input type="hidden" name="${name}" value="${value}">`
}

interface Look {
  /** `quiet`, or `danger` for what cannot be undone with one click. */
  readonly look?: 'quiet' | 'danger'
  /** Whether the command stands below the button. Default: yes. */
  readonly command?: boolean
}

/** A button that runs a command, with the command. */
export function runButton(visit: Visit, words: readonly string[], label: string, { look, command }: Look = {}): Markup {
  return html`<form class="act" method="post" action="${at('/run')}">${hiddenToken(visit)}${hidden('words', JSON.stringify(words))}
<button${look === undefined ? NONE : html` class="${look}"`}>${label}</button>${command === false ? NONE : html`<code>${shortLine(words)}</code>`}</form>`
}

/** A button that shows what a command would do. @param words the command without --dry-run */
export function planButton(words: readonly string[], label: string): Markup {
  return html`<div class="act"><a class="button quiet" href="${planAddress(words)}">${label}</a>${commandOf([...words, '--dry-run'])}</div>`
}

export function planAddress(words: readonly string[], check = false): string {
  const path = words[1] === 'fleet' ? '/fleet/plan' : '/plan'
  return at(path, { words: JSON.stringify(words), ...(check ? { check: 'yes' } : {}) })
}

/** The way back to a plan that was not carried out; nothing if the command carries out none. */
export function planAgain(visit: Visit, words: readonly string[]): Markup {
  const planned = plannedWords(words)
  return planned === undefined
    ? NONE
    : html`<a class="button" href="${planAddress(planned)}">${visit.say('planAgain')}</a>`
}

interface Field {
  readonly name: string
  readonly label: string
  readonly type?: 'password' | 'text'
  readonly value?: string
  readonly autocomplete: string
  readonly more?: Markup
  /** What a command says is wrong with it. */
  readonly problems?: readonly string[]
  /** What is wrong with it, in the language of the page. */
  readonly wrong?: string | undefined
}

/** A field for one line. */
export function lineField({
  name,
  label,
  type = 'text',
  value = '',
  problems = [],
  wrong = '',
  ...field
}: Field): Markup {
  const state =
    problems.length === 0 && wrong === '' ? NONE : html` aria-invalid="true" aria-describedby="${name}-error"`
  return html`<div class="field"><label for="${name}">${label}</label>${wrongText(name, problems, wrong)}
<input id="${name}" name="${name}" type="${type}" value="${value}" autocomplete="${field.autocomplete}" required${state} ${field.more ?? NONE}></div>`
}

/** The fields that prove who it is: password and code. */
export function proofFields(visit: Visit): Markup {
  return html`${lineField({ name: 'password', label: visit.say('password'), type: 'password', autocomplete: 'current-password' })}
${codeField(visit)}`
}

export function codeField(visit: Visit, wrong = ''): Markup {
  return lineField({
    name: 'code',
    label: visit.say('code'),
    wrong,
    autocomplete: 'one-time-code',
    more: html`inputmode="numeric"`,
  })
}

/** A note about what a command does. @param label what it is for */
export function commentField(label: string): Markup {
  return html`<div class="field"><label for="comment">${label}</label><input id="comment" name="comment" maxlength="200" autocomplete="off"></div>`
}

/** How long to wait for a confirmation; the first: as the server decides. */
const WINDOWS = ['', '5m', '10m', '30m', '1h', 'no']

interface LiveForm {
  /** Where it is sent. Default: to where commands are carried out. */
  readonly action?: string
  /** Hidden fields that it carries besides. */
  readonly more?: Markup
}

/** The button that carries out exactly this plan, with a note and a time to confirm. */
export function liveForm(
  visit: Visit,
  words: readonly string[],
  plan: string,
  { action = '/run', more = NONE }: LiveForm = {},
): Markup {
  const live = withOptions(words, '--json-lines', '--plan', plan)
  const windows = WINDOWS.map(
    time =>
      html`<option value="${time}">${time === '' ? visit.say('asUsual') : time === 'no' ? visit.say('never') : time}</option>`,
  )
  return html`<form class="act" method="post" action="${at(action)}">${hiddenToken(visit)}${hidden('words', JSON.stringify(live))}${more}
${commentField(visit.say('noteForHistory'))}
<div class="field"><label for="within">${visit.say('confirmWithin')}</label><select id="within" name="within">${windows}</select></div>
<button>${visit.say('makeLive')}</button>${commandOf(withOptions(words, '--plan', plan))}</form>`
}
