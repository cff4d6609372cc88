// `npm run check`: has shellcheck(1) read every shell script that this package brings along or is tested with.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

process.chdir(join(import.meta.dirname, '..'))
const FOLDERS = [
  ...['.ci', 'bin', 'checkers', 'completions', 'events/actions', 'scripts', 'services'],
  ...['test/machine/guest', 'test/machine/guest/steps', 'test/support'],
]

const scripts = FOLDERS.flatMap(folder =>
  readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(folder, entry.name)),
).filter(file => /^(#!\/(usr\/)?bin\/(env )?(ba)?sh\b|# shellcheck shell=)/.test(readFileSync(file, 'latin1')))

const { error, status } = spawnSync('shellcheck', ['--', ...scripts], { stdio: 'inherit' })
if (error !== undefined) {
  const why =
    error.code === 'ENOENT'
      ? 'is not installed. As root: apt-get install shellcheck'
      : `cannot be run: ${error.message}`
  process.stderr.write(`npm run check needs shellcheck, which ${why}\n`)
}
process.exitCode = status ?? 1
