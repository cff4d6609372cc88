import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Whether the programs are one executable, which has its own runtime (`npm run package`). */
const IS_EXECUTABLE = process.versions.bun !== undefined

/**
 * The package's folder (templates, db, events).
 * @param file the bundle in `dist/`, the source file in `src/cli/`, or the executable: installed in `/usr/lib/gabarit`, it belongs
 * to `/usr/share/gabarit`; in `packaging/out`, to the checkout
 */
export function packageFolder(file: string): string {
  const folder = dirname(file)
  if (!IS_EXECUTABLE) return folder.endsWith('/src/cli') ? dirname(dirname(folder)) : dirname(folder)
  const installed = join(folder, '../../share/gabarit')
  return existsSync(installed) ? installed : join(folder, '../..')
}

/** The folder of `gabarit`, `db`, `config`, `expand-template` and `signal-event`. */
export function programFolder(shipped: string): string {
  return IS_EXECUTABLE ? dirname(process.execPath) : join(shipped, 'bin')
}

/** Differs after an upgrade, of gabarit or of what runs it. */
export function engineVersion(shipped: string): string {
  const program = IS_EXECUTABLE ? process.execPath : join(shipped, 'dist/gabarit.cjs')
  const { ino, size, ctimeMs } = statSync(program, { throwIfNoEntry: false }) ?? {}
  return [process.version, ino, size, ctimeMs].join()
}

/** The command line of a command of the engine, for a process of its own. */
export function engineCommand(shipped: string, ...words: string[]): string[] {
  return [process.execPath, ...(IS_EXECUTABLE ? [] : [join(shipped, 'bin/gabarit')]), ...words]
}

/** The environment of processes whose commands are ours: they find our programs first. */
export function withPrograms(shipped: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, PATH: `${programFolder(shipped)}:${env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin'}` }
}
