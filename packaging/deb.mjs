// Makes the Debian package of one kind of processor: node packaging/deb.mjs [x64|arm64]
// packaging/out/gabarit_VERSION_ARCH.deb. The executable of the same kind, and the manual pages, must be there.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { arch } from 'node:os'
import { join } from 'node:path'

/** Debian's name of each kind of processor. */
const NAMES = { x64: 'amd64', arm64: 'arm64' }
const SHARED = ['checkers', 'db', 'events', 'package.json', 'services', 'templates']

const [processor = arch(), folder = 'packaging/out'] = process.argv.slice(2)
const architecture = NAMES[processor]
if (architecture === undefined) throw new Error(`${processor} is not one of ${Object.keys(NAMES).join(', ')}`)

process.chdir(join(import.meta.dirname, '..'))
const { version, bin } = JSON.parse(readFileSync('package.json', 'utf8'))
if (!readFileSync('packaging/debian/changelog', 'utf8').startsWith(`gabarit (${version}) `))
  throw new Error(`packaging/debian/changelog does not begin with version ${version}`)
const source = join(folder, 'source')
rmSync(source, { recursive: true, force: true })
for (const name of Object.keys(bin)) copy(join(folder, name), `lib/${name}`)
for (const name of SHARED) copy(name, `share/${name}`)
for (const name of ['completions', 'docs']) copy(name, name)
copy('CHANGELOG.md', 'docs/CHANGELOG.md')
copy('dist/man', 'man')
copy('packaging/debian', 'debian')
build()
rmSync(source, { recursive: true })

function copy(from, to) {
  mkdirSync(join(source, to, '..'), { recursive: true })
  cpSync(from, join(source, to), { recursive: true, verbatimSymlinks: true })
}

function build() {
  const options = ['--build=binary', '--no-sign', '--no-check-builddeps', `--host-arch=${architecture}`]
  const command = ['dpkg-buildpackage', ...options]
  const { status, stdout, stderr } = spawnSync(command[0], command.slice(1), { cwd: source, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command.join(' ')} failed:\n${stdout}${stderr}`)
}
