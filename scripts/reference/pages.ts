import { join } from 'node:path'
import { findPlaces } from '../../src/system/places.ts'
import { commandsPage } from './commands.ts'
import { propertyPages } from './properties.ts'

const PROJECT = join(import.meta.dirname, '..', '..')

/** Only what is shipped: the machine on which this runs does not count. */
const SHIPPED = { ...findPlaces(PROJECT, {}, '/nowhere'), root: '/' }

/** The folder whose pages are all made. */
export const PROPERTIES = 'docs/reference/properties'

/** Every generated page, by its path in the checkout. */
export function referencePages(): Map<string, string> {
  const pages = new Map([['docs/reference/commands.md', commandsPage()]])
  for (const [name, text] of propertyPages(SHIPPED)) pages.set(`${PROPERTIES}/${name}.md`, text)
  return pages
}
