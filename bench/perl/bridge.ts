import { join } from 'node:path'
import { messageOf } from '../../src/base/failure.ts'
import type { Records } from '../../src/db/record.ts'
import { PerlChild } from '../../src/system/perl-child.ts'
import { findPlaces } from '../../src/system/places.ts'
import { Databases, UnknownDatabase } from '../../src/template/databases.ts'
import { type Template, templateLoader } from '../../src/template/load.ts'
import { PerlBridge } from '../../src/template/perl-bridge.ts'
import { Printer } from '../../src/template/printer.ts'
import { type FragmentWorld, makeScope, makeVars } from '../../src/template/scope.ts'

/** What a fragment becomes here. */
export interface Made {
  /** Undefined: it fails. */
  readonly text: string | undefined
  readonly problem: string
  readonly isPerl: boolean
  readonly milliseconds: number
}

/** Our side: one Perl for all trees. */
export class Bridge {
  #child: PerlChild
  readonly #places: ReturnType<typeof findPlaces>
  /** Milliseconds until Perl was ready. */
  readonly start: number

  /** @param site the folder of the site, with modules in `perl` or not */
  constructor(site: string) {
    this.#places = { ...findPlaces(join(import.meta.dirname, '../..'), {}, '/'), site }
    const begin = performance.now()
    this.#child = this.#started()
    this.start = performance.now() - begin
  }

  #started(): PerlChild {
    return new PerlChild(this.#places, message => console.error(message))
  }

  /** Expands templates of some folders, each fragment on its own, as events do. */
  expand(
    folders: readonly string[],
    templates: readonly string[],
    records: ReadonlyMap<string, Records>,
  ): Map<string, Made> {
    const databases = new Databases(name => {
      const found = records.get(name)
      if (found === undefined) throw new UnknownDatabase(`there is no database "${name}"`)
      return found
    })
    const world: FragmentWorld = {
      readFile: () => undefined,
      exists: () => false,
      fact: () => undefined,
      perl: () => {
        if (this.#child.hasEnded) this.#child = this.#started()
        return this.#child
      },
      warn: () => undefined,
      event: { name: 'bench', args: [] },
    }
    const printer = new Printer()
    const scope = makeScope(databases, world, printer)
    const made = new Map<string, Made>()
    const load = templateLoader(
      { layers: folders.map(folder => ({ folder, custom: false })), world },
      scope,
      new PerlBridge(databases, world),
      (path, item) => inner(load(path), item),
    )
    const one = (
      { fragment, render }: Template['fragments'][number],
      template: Template,
      item: unknown,
      vars: unknown,
    ) => {
      const outer = printer.s
      printer.s = ''
      try {
        if (fragment.text === undefined) render(printer, item, vars, template.subTemplate, '')
        return fragment.text ?? printer.s
      } finally {
        printer.s = outer
      }
    }
    const inner = (template: Template, item: unknown) => {
      const vars = makeVars()
      return template.fragments.map(fragment => one(fragment, template, item, vars)).join('')
    }
    for (const name of templates) {
      let template: Template
      try {
        template = load(name)
      } catch (error) {
        made.set(name, { text: undefined, problem: messageOf(error), isPerl: false, milliseconds: 0 })
        continue
      }
      const vars = makeVars()
      for (const loaded of template.fragments) {
        const { file, isPerl } = loaded.fragment
        const begin = performance.now()
        try {
          const text = one(loaded, template, undefined, vars)
          made.set(file, { text, problem: '', isPerl, milliseconds: performance.now() - begin })
        } catch (error) {
          made.set(file, {
            text: undefined,
            problem: messageOf(error),
            isPerl,
            milliseconds: performance.now() - begin,
          })
        }
      }
    }
    return made
  }

  close(): void {
    this.#child.close()
  }
}
