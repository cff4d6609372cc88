import type { PropertyChange } from '../state/history/entry.ts'

/** One line for each changed property. */
export function changeLines(changes: readonly PropertyChange[]): string[] {
  return changes.map(({ database, key, property, old, new: value }) => {
    const name = property === null ? `${database} ${key}` : `${database} ${key} ${property}`
    if (old === null) return `+ ${name} = ${JSON.stringify(value)}`
    if (value === null) return `- ${name} (was ${JSON.stringify(old)})`
    return `~ ${name}: ${JSON.stringify(old)} -> ${JSON.stringify(value)}`
  })
}

/** The changes with secrets hidden: a record that is added or removed with one must not show it. */
export function hiddenChanges(changes: readonly PropertyChange[], show: (text: string) => string): PropertyChange[] {
  const hide = (value: string | null) => (value === null ? null : show(value))
  return changes.map(change => ({ ...change, old: hide(change.old), new: hide(change.new) }))
}
