import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeDatabase, describedDatabases } from '../../src/db/describe.ts'
import { FORMATS } from '../../src/db/formats.ts'
import { isTranslated } from '../../src/db/french.ts'
import { findPlaces } from '../../src/system/places.ts'
import { PROJECT } from '../support/sandbox.ts'

const french = suite('French')
const places = findPlaces(PROJECT, {}, '/nonexistent')

const descriptions = describedDatabases(places).flatMap(name => {
  const { records, types, families } = describeDatabase(places, name) ?? {}
  return [records, types, families].flatMap(map => [...(map?.values() ?? [])])
})

french('every format, form and unit of a shipped description has its French words', () => {
  const properties = descriptions.flatMap(({ key, scalar, properties }) => [key, scalar, ...properties.values()])
  const names = [
    ...Object.values(FORMATS).map(({ is }) => is),
    ...properties.flatMap(property => [property?.form, property?.unit]),
  ].filter(name => name !== undefined)
  assert.ok(names.length > 100)
  assert.equal(
    [...new Set(names)].filter(name => !isTranslated(name)),
    [],
  )
})

french.run()
