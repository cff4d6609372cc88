import { findPlaces } from '../../src/system/places.ts'
import { commandsPage } from './commands.ts'
import { propertyPages } from './properties.ts'

/** The folder in which every page is generated. */
export const PROPERTIES = 'docs/reference/properties'

/**
 * Every generated page, by its path in the checkout.
 * @param shipped the checkout; the machine on which this runs does not count
 */
export function referencePages(shipped: string): Map<string, string> {
  const places = { ...findPlaces(shipped, {}, '/nowhere'), root: '/' }
  const pages = new Map([['docs/reference/commands.md', commandsPage()]])
  for (const [name, text] of propertyPages(places)) pages.set(`${PROPERTIES}/${name}.md`, text)
  return pages
}
