import type { PropertyDescription, Reference, Rule, Texts } from './description.ts'
import { uniqueNames } from './description.ts'
import { FORMATS } from './formats.ts'
import { nameIn, type Phrase, phrase } from './french.ts'

/** The text in French or English; in the other language if there is none. */
export function textIn(texts: Texts | undefined, french: boolean): string {
  return (french ? texts?.fr : undefined) ?? texts?.en ?? texts?.fr ?? ''
}

/** What values a property may have, in words; nothing of a secret. */
export function factsOf(property: PropertyDescription, french: boolean): string {
  const { unit, secret, list, minimum, maximum, format, pattern, form = pattern } = property
  const say = (words: Phrase, part: string | number | undefined) =>
    part === undefined ? undefined : phrase(french, words, part)
  const shown = (value: string | undefined) => (secret === true ? undefined : value)
  const facts = [
    property.enum?.join(' | '),
    format && nameIn(french, FORMATS[format]?.is ?? format),
    say('of the form {}', form && nameIn(french, form)),
    say('at least {}', minimum),
    say('at most {}', maximum),
    unit && nameIn(french, unit),
    say('several, separated by "{}"', list),
    property.reference && referenceText(property.reference, french),
    secret === true ? phrase(french, 'secret') : undefined,
    say('default {}', shown(property.default === '' ? phrase(french, 'empty') : property.default)),
    property.detect && phrase(french, 'detected'),
    say('always {}', shown(property.forced)),
  ]
  return facts.filter(fact => fact !== undefined).join(', ')
}

function referenceText({ database, type, or = [] }: Reference, french: boolean): string {
  const record =
    type === undefined
      ? phrase(french, 'the key of a record in {}', database)
      : phrase(french, 'the key of an "{}" in {}', type, database)
  return or.length === 0 ? record : phrase(french, '{} or {}', record, or.join(', '))
}

/** A condition on several properties, in words. */
export function ruleLine(rule: Rule, french: boolean): string {
  const joined = (words: readonly string[], by: '{} or {}' | '{} and {}') =>
    words.slice(1).reduce((said, word) => phrase(french, by, said, word), words[0] ?? '')
  if ('allOrNone' in rule) return phrase(french, 'rule: all of {} or none', rule.allOrNone.join(', '))
  if ('unique' in rule)
    return phrase(french, 'rule: no two records with the same {}', joined(uniqueNames(rule), '{} and {}'))
  const { property, values = [], requires } = rule.dependsOn
  const subject = [property, joined(values, '{} or {}')].filter(word => word !== '').join(' ')
  return phrase(french, 'rule: {} needs {}', subject, requires.join(', '))
}
