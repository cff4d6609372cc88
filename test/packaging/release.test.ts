import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { versionOf } from '../../src/system/places.ts'
import { needsCommands } from '../support/packages.ts'
import { must, PROJECT, run } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const reason =
  process.env.GABARIT_BIN === undefined
    ? 'first npm run package, then GABARIT_BIN=packaging/out npm test'
    : needsCommands('dpkg-buildpackage', 'dh', 'sha256sum')
const release = suite('npm run release')

testIf(release, reason, 'packages for both kinds of processor, their checksums, and what changed', () => {
  const version = versionOf(PROJECT)
  const folder = mkdtempSync(join(tmpdir(), 'gabarit-release-'))
  const release = ['node', '--import', 'tsx', join(PROJECT, 'packaging/release.ts'), folder]
  const maintainer = { DEBFULLNAME: 'Anna Meier', DEBEMAIL: 'anna@example.org' }
  const nobody = run(release, { env: { ...maintainer, DEBEMAIL: '' } })
  assert.match(nobody.stderr, 'set DEBFULLNAME and DEBEMAIL')
  must(release, { env: maintainer, timeoutSeconds: 600 })
  const packages = ['amd64', 'arm64'].map(name => `gabarit_${version}_${name}.deb`)
  assert.equal(
    readdirSync(folder).sort(),
    ['CHANGES.md', 'SHA256SUMS', `gabarit-dnsmasq_${version}_all.deb`, ...packages].sort(),
  )
  must(['sha256sum', '--check', '--strict', 'SHA256SUMS'], { cwd: folder })
  for (const name of packages)
    assert.is(must(['dpkg-deb', '--field', join(folder, name), 'Maintainer']), 'Anna Meier <anna@example.org>\n')
  const machines = { amd64: 'Advanced Micro Devices X86-64', arm64: 'AArch64' }
  for (const [name, machine] of Object.entries(machines)) {
    must(['dpkg-deb', '--extract', join(folder, `gabarit_${version}_${name}.deb`), join(folder, name)])
    const header = must(['readelf', '--file-header', join(folder, name, 'usr/lib/gabarit/gabarit')])
    assert.match(header, machine)
  }
  assert.match(readFileSync(join(folder, 'CHANGES.md'), 'utf8'), new RegExp(`^## ${version.replaceAll('.', '\\.')}`))
  rmSync(folder, { recursive: true })
})

release.run()
