import { Descriptions } from '../db/describe.ts'
import type { Paths } from '../system/places.ts'

/** What gabarit and its modules describe: the site's own descriptions do not count, since an import makes those. */
export class OwnDescriptions {
  readonly #found: Descriptions

  constructor(places: Paths) {
    this.#found = new Descriptions(places, path => !path.startsWith(`${places.site}/db/`))
  }

  /** Whether a record is described, or one property of it. */
  has(database: string, key: string, property?: string): boolean {
    const found = this.#found.of(database, key, '')
    return property === undefined ? found !== undefined : found?.properties.has(property) === true
  }
}
