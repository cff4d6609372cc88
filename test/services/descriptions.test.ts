import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readDescription } from '../../src/db/description-file.ts'
import { initializeDatabases } from '../../src/db/initialize.ts'
import { findPlaces } from '../../src/system/places.ts'
import { PROJECT } from '../support/sandbox.ts'

const descriptions = suite('shipped descriptions')
const folder = join(PROJECT, 'db')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.json'))

descriptions('are there for the first services', () => {
  const wanted = [
    'configuration/letsencrypt',
    'configuration/modSSL',
    'configuration/httpd',
    'configuration/DomainName',
  ]
  for (const name of [...wanted, 'domains/@domain', 'hosts/@host', 'accounts/@ibay', 'networks/@network'])
    assert.ok(files.includes(`${name}.json`), name)
})

for (const name of files)
  descriptions(`${name} parses, and says everything in English and French`, () => {
    const { description, scalar, properties } = readDescription(join(folder, name))
    const described = [...properties, ...(scalar === undefined ? [] : ([['the value', scalar]] as const))]
    // What stands in the description of its type need not be said again.
    const own = name === 'accounts/Primary.json' ? [] : described
    for (const [property, { description: texts }] of own) {
      assert.ok(texts?.en, `${property} in English`)
      assert.ok(texts?.fr, `${property} in French`)
    }
    if (name !== 'accounts/Primary.json') assert.ok(description?.en && description.fr, 'the record')
  })

descriptions('have defaults that fit', () => {
  const root = mkdtempSync(join(tmpdir(), 'gabarit-descriptions-'))
  try {
    const done = initializeDatabases(findPlaces(PROJECT, {}, root), { write: false })
    assert.equal(
      done.flatMap(({ warnings, failure }) => [...warnings, ...(failure === undefined ? [] : [failure.describe()])]),
      [],
    )
    const configuration = done.find(({ name }) => name === 'configuration')?.after
    assert.is(configuration?.get('letsencrypt')?.properties.get('status'), 'disabled')
    assert.is(configuration?.get('httpd')?.properties.get('User'), 'www-data')
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})

descriptions.run()
