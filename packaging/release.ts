// Makes a release of the version in package.json: npm run release [FOLDER]
// packaging/release: the packages for both kinds of processor, SHA256SUMS, and CHANGES.md.
import { spawnSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { sha256 } from '../src/base/sha256.ts'
import { versionOf } from '../src/system/places.ts'

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, 'release'))
process.chdir(join(import.meta.dirname, '..'))
if (!process.env.DEBFULLNAME || !process.env.DEBEMAIL)
  throw new Error('set DEBFULLNAME and DEBEMAIL: a released package names somebody who answers')
const changes = changesOf(versionOf('.'))
rmSync(folder, { recursive: true, force: true })
for (const processor of ['x64', 'arm64']) makePackages(processor)
const packages = readdirSync(folder).sort()
writeFileSync(
  join(folder, 'SHA256SUMS'),
  packages.map(name => `${sha256(readFileSync(join(folder, name)))}  ${name}\n`).join(''),
)
writeFileSync(join(folder, 'CHANGES.md'), changes)
for (const name of readdirSync(folder).sort()) console.log(join(folder, name))

/** The section of one version in CHANGELOG.md. */
function changesOf(wanted: string): string {
  const sections = readFileSync('CHANGELOG.md', 'utf8').split(/^(?=## )/m)
  const found = sections.find(section => section.split(/\s/)[1] === wanted)
  if (found === undefined) throw new Error(`CHANGELOG.md has no section ## ${wanted}`)
  return found
}

function makePackages(processor: string): void {
  const made = join(folder, processor)
  run('packaging/executable.mjs', processor, made)
  run('--import', 'tsx', 'packaging/deb.ts', processor, made)
  for (const name of readdirSync(made)) if (name.endsWith('.deb')) copyFileSync(join(made, name), join(folder, name))
  rmSync(made, { recursive: true })
}

function run(...words: readonly string[]): void {
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
