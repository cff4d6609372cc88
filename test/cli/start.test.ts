// The engine starts from the code that the build compiled and kept; without it, it starts all the same.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { must, PROJECT, run } from '../support/sandbox.ts'

const start = suite('the start of the engine')
const folder = mkdtempSync(join(tmpdir(), 'gabarit-start-'))
start.before.each(() => {
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(PROJECT, part), join(folder, part), { recursive: true, verbatimSymlinks: true })
})
start.after(() => rmSync(folder, { recursive: true }))

/** Runs the engine, and tells what V8 made of the kept code: `used`, `refused` or `missing`. */
function keptCode(): string {
  const program = `
    const { script } = require(${JSON.stringify(join(folder, 'bin/start.cjs'))})
    process.on('exit', () => {
      const refused = script.cachedDataRejected
      console.log(refused === undefined ? 'missing' : refused ? 'refused' : 'used')
    })`
  const lines = must(['node', '-e', program, 'gabarit', '--version']).trim().split('\n')
  assert.is(lines[0], JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')).version)
  return lines[1] ?? ''
}

function cacheFile(): string {
  const [name, ...others] = readdirSync(join(folder, 'dist')).filter(name => name.endsWith('.cache'))
  assert.is(others.length, 0, 'the build leaves the code of one engine')
  return join(folder, 'dist', name ?? '')
}

start('the code that the build kept is used', () => {
  assert.is(keptCode(), 'used')
})

start('without it the engine is compiled', () => {
  rmSync(cacheFile())
  assert.is(keptCode(), 'missing')
})

start('a file that was cut off, or is of another version of V8, is refused', () => {
  truncateSync(cacheFile(), 100_000)
  assert.is(keptCode(), 'refused')
  writeFileSync(cacheFile(), Buffer.alloc(100_000, 1))
  assert.is(keptCode(), 'refused')
})

start('the code of another engine is not used, although it is as long', () => {
  const engine = join(folder, 'dist/gabarit.cjs')
  const text = readFileSync(engine, 'utf8')
  const [digit = ''] = /[0-9a-f]/.exec(text) ?? []
  writeFileSync(engine, text.replace(digit, digit === '0' ? '1' : '0'))
  assert.is(keptCode(), 'missing')
})

start('before the build, every program says what to do', () => {
  rmSync(join(folder, 'dist'), { recursive: true })
  for (const program of ['gabarit', 'signal-event', 'db', 'config']) {
    const { status, stderr } = run(['node', join(folder, 'bin', program), '--version'])
    assert.equal([status, stderr], [1, `gabarit is not built yet: cd ${folder} && npm ci && npm run build\n`])
  }
})

start.run()
