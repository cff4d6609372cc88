// The generated pages are those that `npm run reference` would write now.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PROPERTIES, referencePages } from '../../scripts/reference/pages.ts'
import { PROJECT } from '../support/sandbox.ts'
import { textOf } from './markdown.ts'

const reference = suite('reference (npm run reference writes it)')
const pages = referencePages(PROJECT)

for (const [path, text] of pages) reference(`${path} is up to date`, () => assert.is(textOf(path), text))

reference('has no page too many', () => {
  const found = readdirSync(join(PROJECT, PROPERTIES)).map(name => `${PROPERTIES}/${name}`)
  assert.equal(
    found.filter(path => !pages.has(path)),
    [],
  )
})

reference('has readable lines', () => {
  const long = [...pages.values()].flatMap(text => text.split('\n')).filter(line => line.length > 120)
  assert.equal(long, [])
})

reference.run()
