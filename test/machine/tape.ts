import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must } from '../support/sandbox.ts'

/** Writes a tar file, which the machine reads from its second disk as if it were a tape. */
export function makeTape(tape: string, contents: Readonly<Record<string, string>>): void {
  const folder = `${tape}.d`
  mkdirSync(folder)
  for (const [name, source] of Object.entries(contents)) must(['cp', '-r', source, join(folder, name)])
  must(['tar', '-C', folder, '-cf', tape, '.'])
  rmSync(folder, { recursive: true })
}

/** Makes a package that is older than the given one: with one line more in a fragment, and without a migration. */
export function makeOlder(from: string, to: string): void {
  const folder = `${to}.d`
  must(['dpkg-deb', '-R', from, folder])
  edit(join(folder, 'DEBIAN/control'), /^Version: .*$/m, 'Version: 0.0.1')
  edit(join(folder, 'usr/share/gabarit/templates/etc/hosts/10Localhost'), 'localhost\n', 'localhost older\n')
  rmSync(join(folder, 'usr/share/gabarit/db/configuration/migrate/40-hsts.cjs'))
  must(['dpkg-deb', '-Znone', '-b', folder, to])
  rmSync(folder, { recursive: true })
}

function edit(file: string, former: string | RegExp, text: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(former, text))
}
