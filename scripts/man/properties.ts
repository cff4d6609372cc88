import { describeDatabase, describedDatabases } from '../../src/db/describe.ts'
import type { PropertyDescription, RecordDescription } from '../../src/db/description.ts'
import { factsOf, ruleLine, textIn } from '../../src/db/description-words.ts'
import { phrase } from '../../src/db/french.ts'
import type { Places } from '../../src/system/places.ts'
import { beyond, ended } from '../reference/properties.ts'
import { heading, item, paragraph, subheading } from './roff.ts'

/** What gabarit-properties(5) says, in each language. */
const WORDS = {
  en: {
    about: 'the properties of all databases of gabarit',
    text: 'What the records of the databases may hold. `config describe` KEY and `db` DATABASE `describe` KEY print the same, with what the site has changed.',
    database: 'Database',
    type: 'records of type',
    family: 'records whose key begins with',
  },
  fr: {
    about: 'les propriétés de toutes les bases de données de gabarit',
    text: 'Ce que peuvent contenir les enregistrements des bases de données. `config describe` CLÉ et `db` BASE `describe` CLÉ affichent la même chose, avec ce que le site a changé.',
    database: 'Base de données',
    type: 'enregistrements de type',
    family: 'enregistrements dont la clé commence par',
  },
} as const

/** gabarit-properties(5), without its title. */
export function propertiesPage(places: Places, language: keyof typeof WORDS) {
  const words = WORDS[language]
  const french = language === 'fr'
  const section = (name: string, record: RecordDescription) => recordParts(name, record, french)
  const parts = describedDatabases(places).flatMap(name => {
    const database = describeDatabase(places, name)
    if (database === undefined) throw new Error(`nothing describes the database ${name}`)
    const { types, families, records } = database
    return [
      heading(`${words.database} ${name}`.toUpperCase()),
      ...[...types].flatMap(([type, record]) => section(`${name}: ${words.type} ${type}`, record)),
      ...[...families].flatMap(([start, record]) => section(`${name}: ${words.family} ${start}`, record)),
      ...[...records].flatMap(([key, record]) => {
        const family = [...families].find(([start]) => key.startsWith(start))?.[1]
        return section(`${name}: ${key}`, family === undefined ? record : beyond(family, record))
      }),
    ]
  })
  return { summary: words.about, parts: [heading('DESCRIPTION'), paragraph(words.text), ...parts] }
}

function recordParts(name: string, record: RecordDescription, french: boolean): string[] {
  const { description, key, scalar, properties, rules } = record
  const text = textIn(description, french)
  const of = (term: string, property: PropertyDescription) => {
    const facts = factsOf(property, french)
    const meaning = textIn(property.description, french)
    const end = facts === '' ? '' : `(${facts})`
    return item(term, [meaning === '' ? '' : ended(meaning), end].filter(part => part !== '').join(' '))
  }
  return [
    subheading(name),
    ...(text === '' ? [] : [paragraph(ended(text))]),
    ...(key === undefined ? [] : [of(phrase(french, 'the key of a record'), key)]),
    ...(scalar === undefined ? [] : [of(phrase(french, 'value'), scalar)]),
    ...[...properties].map(([property, known]) => of(`\`${property}\``, known)),
    ...rules.map(rule => paragraph(ended(ruleLine(rule, french)))),
  ]
}
