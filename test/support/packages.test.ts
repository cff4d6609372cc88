import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PACKAGES } from './packages.ts'
import { PROJECT } from './sandbox.ts'

const packages = suite('packages')

packages('the README names each that a run of the tests installs', () => {
  const [, section = ''] = readFileSync(join(PROJECT, 'README.md'), 'utf8').split('\n## Tests\n')
  for (const name of Object.keys(PACKAGES)) assert.match(section, new RegExp(`\`${name}\``), name)
})

packages.run()
