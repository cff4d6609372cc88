// `npm run pictures`: takes pictures of the console on a filled server, and keeps those that the documents show.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const KEPT = 'docs/pictures'
process.chdir(join(import.meta.dirname, '..'))
const documents = readdirSync('docs', { recursive: true, encoding: 'utf8' }).map(name => join('docs', name))
const texts = ['README.md', ...documents.filter(name => name.endsWith('.md'))].map(name => readFileSync(name, 'utf8'))
const shown = texts.flatMap(text => [...text.matchAll(/pictures\/([\w-]+\.webp)\)/g)].map(([, name]) => name))

const folder = mkdtempSync(join(tmpdir(), 'gabarit-pictures-'))
const test = ['--import', 'tsx', 'test/run.ts', 'browser/looks']
const { status } = spawnSync(process.execPath, test, {
  stdio: 'inherit',
  env: { ...process.env, GABARIT_PICTURES: folder },
})
if (status === 0) {
  rmSync(KEPT, { recursive: true, force: true })
  mkdirSync(KEPT)
  for (const name of new Set(shown)) copyFileSync(join(folder, name), join(KEPT, name))
}
rmSync(folder, { recursive: true })
process.exitCode = status ?? 1
