import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findPlaces, versionOf } from '../../src/system/places.ts'
import { commandPages, type Page } from './commands.ts'
import { rowsOf, sectionOf, toMan } from './markdown.ts'
import { propertiesPage } from './properties.ts'
import { heading, inline, item, paragraph, title } from './roff.ts'

/**
 * Every manual page, by its path below a folder of MANPATH.
 * @param shipped the checkout; the machine on which this runs does not count
 * @param seconds SOURCE_DATE_EPOCH; without it the pages have the date of the release in CHANGELOG.md, if it has one
 */
export function manualPages(shipped: string, seconds: string | undefined): Map<string, string> {
  const read = (name: string) => readFileSync(join(shipped, name), 'utf8')
  const places = { ...findPlaces(shipped, {}, '/nowhere'), root: '/' }
  const version = versionOf(shipped)
  const date =
    seconds === undefined
      ? (/^## \S+ \((\d{4}-\d\d-\d\d)\)$/m.exec(read('CHANGELOG.md'))?.[1] ?? '')
      : new Date(Number(seconds) * 1000).toISOString().slice(0, 10)
  const page = (section: number, { name, summary, parts, seeAlso }: Page, also = 'SEE ALSO', called = 'NAME') => {
    const lines = [
      title(name, section, date, version),
      heading(called),
      `${inline(name)} \\- ${inline(summary)}`,
      ...parts,
      heading(also),
      paragraph(seeAlso.map(other => other.replace(/^[^(]+/, '`$&`')).join(', ')),
    ]
    return `${lines.join('\n')}\n`
  }
  const always = (name: string) => commonParts(name, read)
  const seeAlso = ['config(8)', 'db(8)', 'gabarit(8)']
  const fragments = {
    name: 'gabarit-fragments',
    summary: 'the language of the fragments of a template',
    parts: [heading('DESCRIPTION'), ...toMan(read('docs/reference/fragments.md').replace(/(?:^- \[.*\n)+/m, ''))],
    seeAlso: ['gabarit(8)', 'gabarit-customize(8)', 'gabarit-properties(5)'],
  }
  const properties = (language: 'en' | 'fr') => ({
    name: 'gabarit-properties',
    ...propertiesPage(places, language),
    seeAlso,
  })
  return new Map([
    ...commandPages().map(
      known => [`man8/${known.name}.8`, page(8, { ...known, parts: [...known.parts, ...always(known.name)] })] as const,
    ),
    ['man5/gabarit-fragments.5', page(5, fragments)],
    ['man5/gabarit-properties.5', page(5, properties('en'))],
    ['fr/man5/gabarit-properties.5', page(5, properties('fr'), 'VOIR AUSSI', 'NOM')],
  ])
}

/** The sections that say the same on each page of section 8: in full on gabarit(8), the main lines on the others. */
function commonParts(name: string, read: (name: string) => string): string[] {
  const files = read('docs/reference/files.md')
  const places = rowsOf(sectionOf(files, 'Places'))
  const variables = rowsOf(sectionOf(files, 'Environment variables'))
  const full = name === 'gabarit'
  const rest = full ? [] : [paragraph('`gabarit`(8) lists all of them.')]
  return [
    heading('EXIT STATUS'),
    ...rowsOf(read('docs/reference/exit-status.md')).map(([status, meaning]) => item(`\`${status}\``, meaning)),
    heading('FILES'),
    ...places.slice(0, full ? undefined : 2).map(([what, where]) => item(where, what)),
    ...rest,
    heading('ENVIRONMENT'),
    ...variables.slice(0, full ? undefined : 4).map(row => item(...row)),
    ...rest,
  ]
}
