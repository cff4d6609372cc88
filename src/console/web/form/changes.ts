import type { PropertyDescription } from '../../../db/description.ts'
import type { PropertyChange } from '../status.ts'
import type { Known } from './description.ts'
import type { Seen } from './record.ts'
import { asSent, meantValue, shownValue, switchOf } from './values.ts'

/** What a form has sent, by the name of the property. */
export interface Sent {
  readonly values: ReadonlyMap<string, string>
  /** The value of a scalar record. */
  readonly scalar: string | undefined
  /** Unknown properties to remove. */
  readonly removed: ReadonlySet<string>
  /** A property to add; its name may be empty. */
  readonly added: { readonly name: string; readonly value: string }
}

/** One line for `db DATABASE batch`, and the field that it comes from. */
export interface Line {
  readonly words: readonly string[]
  /** The property; empty: the record. */
  readonly field: string
}

/**
 * What to change so that the record becomes what the form says. Fields that nobody has touched are left as they are; of the
 * others, the batch expects what the form has shown.
 */
export function linesFor(key: string, known: Known, seen: Seen, sent: Sent): Line[] {
  const lines = changesFor(key, known, seen, sent)
  const expected = [...new Set(lines.map(({ field }) => field))].flatMap(field => expectation(key, field, seen))
  return [...expected, ...lines]
}

/** What the form would change, to be shown: secrets as asterisks. */
export function shownChanges(database: string, key: string, known: Known, seen: Seen, sent: Sent): PropertyChange[] {
  return changesFor(key, known, seen, sent).map(({ words, field }) => {
    const old = field === '' ? seen.type : seen.props.get(field)
    const described = field === '' ? known.scalar : known.properties.get(field)
    const isSecret = old === null || described?.secret === true
    const show = (value: string | undefined) => (value === undefined ? null : isSecret ? '********' : value)
    const now = words[0] === 'delprop' ? undefined : words.at(-1)
    const property = field === '' ? null : field
    return { database, key, property, old: old === undefined ? null : show(old ?? ''), new: show(now) }
  })
}

/** That a field is as it was shown. What a secret was, nobody knows. */
export function expectation(key: string, field: string, { type, props }: Seen): Line[] {
  const old = field === '' ? type : props.get(field)
  if (old === null) return []
  const value = old === undefined ? [] : [old]
  return [{ words: field === '' ? ['expecttype', key, ...value] : ['expectprop', key, field, ...value], field }]
}

function changesFor(key: string, known: Known, seen: Seen, sent: Sent): Line[] {
  const lines: Line[] = []
  if (sent.scalar !== undefined && sent.scalar !== asSent(seen.type ?? ''))
    lines.push({ words: ['settype', key, sent.scalar], field: '' })
  for (const [name, text] of sent.values) {
    const line = lineFor(key, name, known.properties.get(name), seen.props.get(name), text)
    if (line !== undefined && !sent.removed.has(name)) lines.push(line)
  }
  for (const name of sent.removed) lines.push({ words: ['delprop', key, name], field: name })
  const { name, value } = sent.added
  if (name !== '') lines.push({ words: ['setprop', key, name, value], field: name })
  return lines
}

function lineFor(
  key: string,
  name: string,
  known: PropertyDescription | undefined,
  old: string | null | undefined,
  text: string,
): Line | undefined {
  const secret = known?.secret === true || old === null
  // An empty field of a secret says nothing about it.
  if (text === (secret ? '' : shownNow(known ?? {}, old ?? undefined))) return undefined
  const value = known === undefined ? text : meantValue(known, text)
  const remove = value === '' && known !== undefined && known.empty !== true
  return { words: remove ? ['delprop', key, name] : ['setprop', key, name, value], field: name }
}

/** The text that the field of a property has before somebody touches it, as a browser sends it. */
function shownNow(known: PropertyDescription, old: string | undefined): string {
  const shown = old ?? (switchOf(known, known.default) === undefined ? undefined : known.default)
  return shown === undefined ? '' : asSent(shownValue(known, shown))
}

/** The lines as standard input of `db DATABASE batch`. */
export function batchOf(lines: readonly Line[]): string {
  return lines.map(({ words }) => `${JSON.stringify(words)}\n`).join('')
}

/** What the command says is wrong, by field. The empty name takes what belongs to none. */
export function problemsByField(stderr: string, lines: readonly Line[]): Map<string, string[]> {
  const problems = new Map<string, string[]>()
  let field = ''
  for (const text of stderr.split('\n').filter(line => line.trim() !== '')) {
    const [, number, message = text] = /^(?:db: )?line (\d+): (.*)$/s.exec(text) ?? []
    if (number !== undefined) field = lines[Number(number) - 1]?.field ?? ''
    else if (!text.startsWith(' ')) field = ''
    problems.set(field, [...(problems.get(field) ?? []), message.trim()])
  }
  return problems
}
