// Runs the steps of `guest/steps` on a real Debian with systemd in an emulated machine: node --import tsx test/machine/run.ts
// [RELEASE [PACKAGE]]. The Debian package must be there (npm run package); its name says the kind of processor. The last line
// is `N passed, N failed, N skipped`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { versionOf } from '../../src/system/places.ts'
import { needsCommands } from '../support/packages.ts'
import { PROJECT } from '../support/sandbox.ts'
import { needsRoot } from '../support/skip.ts'
import { ARCHITECTURES } from './architecture.ts'
import { runMachine } from './boot.ts'
import { makeDisk } from './disk.ts'
import { makeOlder, makeTape } from './tape.ts'

const LIMIT_SECONDS = 3600

const [release = 'bookworm', made = join(PROJECT, `packaging/out/gabarit_${versionOf(PROJECT)}_amd64.deb`)] =
  process.argv.slice(2)
const architecture = ARCHITECTURES.find(({ name }) => made.endsWith(`_${name}.deb`))
if (architecture === undefined)
  refuse(`${made} is not a package for ${ARCHITECTURES.map(({ name }) => name).join(' or ')}`)
const reason = needsRoot() ?? needsCommands(architecture.emulator, 'debootstrap', 'mke2fs')
if (reason !== undefined)
  refuse(`${reason}\nAs root on Debian: apt-get install qemu-system-x86 qemu-system-arm debootstrap e2fsprogs`)
const disk = makeDisk(release, architecture)
const work = mkdtempSync(join(tmpdir(), 'gabarit-machine-'))
const tape = join(work, 'tape.tar')
const older = join(work, 'older.deb')
makeOlder(made, older)
makeTape(tape, { guest: join(import.meta.dirname, 'guest'), 'gabarit.deb': made, 'older.deb': older })
const { passed, failed, skipped } = await runMachine(architecture, disk, tape, join(work, 'console.log'), LIMIT_SECONDS)
if (failed === 0) rmSync(work, { recursive: true })
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exitCode = failed === 0 ? 0 : 1

function refuse(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
