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
