// Makes the Debian packages: node --import tsx packaging/deb.ts [x64|arm64] [FOLDER]
// packaging/out/gabarit_VERSION_ARCH.deb and gabarit-dnsmasq_VERSION_all.deb. The executable of the same kind of
// processor, and the manual pages, must be there.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { arch } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { readExamples } from '../scripts/examples.ts'

/** Debian's name of each kind of processor. */
const NAMES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }
const SHARED = ['checkers', 'db', 'events', 'package.json', 'perl', 'services', 'templates']

const [processor = arch(), folder = 'packaging/out'] = process.argv.slice(2)
const architecture = NAMES[processor]
if (architecture === undefined) throw new Error(`${processor} is not one of ${Object.keys(NAMES).join(', ')}`)

process.chdir(join(import.meta.dirname, '..'))
const { version, bin } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string; bin: object }
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
nameMaintainer()
writeModule()
build(['--build=binary', '--no-sign', '--no-check-builddeps', `--host-arch=${architecture}`])
rmSync(source, { recursive: true })

function copy(from: string, to: string): void {
  mkdirSync(join(source, to, '..'), { recursive: true })
  cpSync(from, join(source, to), { recursive: true, verbatimSymlinks: true })
}

/** Whoever makes the packages answers for them, as with Debian's own tools: DEBFULLNAME and DEBEMAIL. */
function nameMaintainer(): void {
  const { DEBFULLNAME, DEBEMAIL } = process.env
  if (!DEBFULLNAME || !DEBEMAIL) return
  for (const name of ['control', 'changelog']) {
    const file = join(source, 'debian', name)
    const text = readFileSync(file, 'utf8')
    writeFileSync(
      file,
      text.replace(/The gabarit authors <.*>/, () => `${DEBFULLNAME} <${DEBEMAIL}>`),
    )
  }
}

/** The module of the guide is a package of its own: what the guide says holds for modules of packages, too. */
function writeModule(): void {
  const guide = readFileSync('docs/guide/your-own-module.md', 'utf8')
  for (const { path, text } of readExamples(guide).flatMap(({ steps }) => steps)) {
    const file = join(source, 'modules', relative('/etc/gabarit/modules', path))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 })
  }
}

function build(options: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync('dpkg-buildpackage', options, { cwd: source, encoding: 'utf8' })
  if (status !== 0) throw new Error(`dpkg-buildpackage ${options.join(' ')} failed:\n${stdout}${stderr}`)
}
