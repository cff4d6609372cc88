import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sha256 } from '../../src/base/sha256.ts'
import { readVersions } from '../../src/override/state.ts'
import { findPlaces } from '../../src/system/places.ts'
import { listTemplates, searchList } from '../../src/template/tree.ts'
import { PROJECT } from '../support/sandbox.ts'

const places = findPlaces(PROJECT, {}, '/nowhere')
const shipped = suite('versions of the shipped fragments')

shipped('every fragment as it is now is in templates/.versions.sha256', () => {
  const folder = join(PROJECT, 'templates')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => !path.startsWith('.'))
    .filter(path => statSync(join(folder, path)).isFile())
  const versions = readVersions(places)
  const missing = files.filter(path => versions.get(path)?.has(sha256(readFileSync(join(folder, path)))) !== true)
  assert.ok(files.length > 0)
  assert.equal(missing, [], 'run: npm run fragment-versions')
})

shipped('the list itself is no template', () => {
  assert.equal(
    listTemplates(searchList(places)).filter(name => name.includes('.versions')),
    [],
  )
})

shipped.run()
