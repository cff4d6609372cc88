import type { Places } from '../system/places.ts'
import { findTemplate, type Layer, listTemplates, searchList } from '../template/tree.ts'

/** The templates of gabarit and of modules: the site's own do not count, since an import makes those. */
export class Ours {
  readonly #layers: readonly Layer[]
  /** Of the templates, without a leading slash. */
  readonly names: readonly string[]

  constructor(places: Places) {
    this.#layers = searchList(places).filter(({ folder }) => !folder.startsWith(`${places.site}/templates`))
    this.names = listTemplates(this.#layers)
  }

  /** Whether a template is one of them, or a part of one. */
  has(template: string): boolean {
    return this.names.some(name => `${template}/`.startsWith(`${name}/`))
  }

  /** Whether one of them, or of their parts, has a fragment. */
  hasFragment(template: string, fragment: string): boolean {
    return findTemplate(this.#layers, template)?.fragments.some(({ name }) => name === fragment) === true
  }
}
