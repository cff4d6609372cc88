import type { Sent } from './changes.ts'
import type { Known } from './description.ts'
import type { Seen } from './record.ts'
import { switchOf } from './values.ts'

/** The properties of a form in their order: those that are described, then those that are not. */
export function namesOf({ properties }: Known, { props }: Seen): string[] {
  return [...new Set([...properties.keys(), ...props.keys()])]
}

/** The name that the value of a property is sent with: names of properties may have any characters. */
export function fieldId(names: readonly string[], name: string): string {
  return `value-${names.indexOf(name)}`
}

/** What a form has sent. A switch that is off sends nothing. */
export function readSent(form: (name: string) => string, known: Known, seen: Seen): Sent {
  const names = namesOf(known, seen)
  const values = new Map<string, string>()
  const removed = new Set<string>()
  for (const name of names) {
    const id = fieldId(names, name)
    const property = known.properties.get(name) ?? {}
    const pair = switchOf(property, seen.props.get(name) ?? property.default)
    const text = form(id)
    values.set(name, pair === undefined ? text : text === pair[0] ? pair[0] : pair[1])
    if (form(`remove-${id}`) !== '') removed.add(name)
  }
  return {
    values,
    removed,
    scalar: known.scalar === undefined ? undefined : form('scalar'),
    added: { name: form('added-name').trim(), value: form('added-value') },
  }
}
