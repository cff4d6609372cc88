// `npm run quickstart` in a copy of this checkout, as on a fresh clone (with the packages of npm already there).
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CERTIFIED, PRIMARY } from '../support/micronator.ts'
import { PROJECT, run, words } from '../support/sandbox.ts'

const quickstart = suite('quickstart')
const copy = mkdtempSync(join(tmpdir(), 'gabarit-quickstart-'))
const LEFT_OUT = ['node_modules', '.git', 'dist', 'sandbox']

quickstart.after(() => rmSync(copy, { recursive: true, force: true }))

quickstart('plays the first scenario without root and without a daemon', () => {
  const filter = (source: string) => !LEFT_OUT.includes(basename(source))
  cpSync(PROJECT, copy, { recursive: true, filter, preserveTimestamps: true, verbatimSymlinks: true })
  symlinkSync(join(PROJECT, 'node_modules'), join(copy, 'node_modules'))
  const command = [process.execPath, 'scripts/quickstart.mjs']
  const { status, stdout, stderr } = run(command, { cwd: copy, timeoutSeconds: 120 })
  assert.is(status, 0, `${stdout}${stderr}`)
  const said = stderr.split('\n').filter(line => line !== '' && !line.startsWith('warning: not checked below '))
  assert.equal(said, [])
  assert.match(stdout, '$ signal-event console-save --dry-run')
  assert.match(stdout, `+${PRIMARY} `)
  assert.match(stdout, '+    Redirect / https://odoo.micronator-101.org/')
  assert.not.match(stdout, '\x1b[', 'no colour when it is not a terminal')
  const names = words(readFileSync(join(copy, 'sandbox/etc/dehydrated/domains.txt'), 'utf8').trimEnd())
  assert.is(names[0], PRIMARY)
  assert.equal(names.toSorted(), [...CERTIFIED].sort())
})

quickstart('stops with a clear message when a step fails', () => {
  rmSync(join(copy, 'templates'), { recursive: true })
  const command = [process.execPath, 'scripts/quickstart.mjs']
  const { status, stderr } = run(command, { cwd: copy, timeoutSeconds: 120 })
  assert.is(status, 1)
  assert.match(stderr, 'quickstart stopped: ')
})

quickstart.run()
