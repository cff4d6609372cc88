// `npm run quickstart` in a copy of this checkout, as on a fresh clone (with the packages of npm already there).
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CERTIFIED, PRIMARY } from '../support/micronator.ts'
import { PROJECT, run, words } from '../support/sandbox.ts'

const quickstart = suite('quickstart')
const copy = mkdtempSync(join(tmpdir(), 'gabarit-quickstart-'))
/** What npm has installed, in its own words. */
const LIST = '.package-lock.json'
const LEFT_OUT = ['node_modules', '.git', 'dist', 'sandbox']

/**
 * The packages one by one, and npm's list of them as new as can be: were it older than the lock file, or the folder itself a
 * link, the quickstart would run `npm ci` and empty the folder of this checkout.
 */
function linkPackages(): void {
  const [from, to] = [join(PROJECT, 'node_modules'), join(copy, 'node_modules')]
  mkdirSync(to)
  for (const name of readdirSync(from).filter(entry => entry !== LIST)) symlinkSync(join(from, name), join(to, name))
  copyFileSync(join(from, LIST), join(to, LIST))
}

quickstart.after(() => rmSync(copy, { recursive: true, force: true }))

quickstart('plays the first scenario without root and without a daemon', () => {
  const filter = (source: string) => !LEFT_OUT.includes(basename(source))
  cpSync(PROJECT, copy, { recursive: true, filter, preserveTimestamps: true, verbatimSymlinks: true })
  linkPackages()
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

quickstart('the commands it ends with say what they promise', () => {
  const env = { GABARIT_ROOT: join(copy, 'sandbox'), GABARIT_SERVICE_MANAGER: 'none' }
  const command = run([process.execPath, 'scripts/quickstart.mjs'], { cwd: copy, timeoutSeconds: 120 }).stdout.match(
    /gabarit explain \S+/,
  )?.[0]
  const { status, stdout } = run(words(command ?? ''), { cwd: copy, env })
  assert.is(status, 0)
  assert.match(stdout, 'made by ')
  assert.match(stdout, 'which reads configuration letsencrypt')
})

quickstart('stops with a clear message when a step fails', () => {
  rmSync(join(copy, 'templates'), { recursive: true })
  const command = [process.execPath, 'scripts/quickstart.mjs']
  const { status, stderr } = run(command, { cwd: copy, timeoutSeconds: 120 })
  assert.is(status, 1)
  assert.match(stderr, 'quickstart stopped: ')
})

quickstart.run()
