import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { needsCommands } from './packages.ts'
import { needsRoot } from './skip.ts'

/** Set for the run in memory: the folder. */
const FOLDER = 'GABARIT_TEST_MEMORY'

/** What the tests write at most at one time is far less than half of this, in bytes. */
const ENOUGH = 3 * 1024 ** 3

const UNSHARE = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child=KILL', '--mount-proc']
/**
 * Where the mount fails, the folder is one on the disk, and everything only takes longer. The shell stays: it collects daemons
 * that nobody waits for, and when it ends the kernel kills whatever still runs.
 */
const SCRIPT = 'mount -t tmpfs -o mode=1777 tmpfs "$1"; shift; "$@"; exit $?'

/** The usual folder of temporary files, on a disk as a rule; not where tests cover everything with their own. */
export const DISK = /^\/(etc|run|srv|var)\//.test(tmpdir()) ? '/tmp' : tmpdir()

/** The folder in memory, where there is one. */
export function temporaryFolder(): string {
  return process.env[FOLDER] ?? DISK
}

/**
 * Runs this program again with a folder in memory that only it sees: most of what a test waits for is a disk, to have
 * written what nobody will read. No process that a test leaves behind outlives it. Returns where that is not possible (not
 * root, little memory), and in the second run.
 */
export async function moveToMemory(): Promise<void> {
  if (process.env[FOLDER] !== undefined || needsRoot() !== undefined || totalmem() < ENOUGH) return
  if (needsCommands('unshare', 'mount') !== undefined || spawnSync('unshare', [...UNSHARE, 'true']).status !== 0) return
  const folder = mkdtempSync(join(DISK, 'gabarit-tests-'))
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const words = [...UNSHARE, 'sh', '-c', SCRIPT, 'sh', folder, ...again]
  const child = spawn('unshare', words, { env: { ...process.env, [FOLDER]: folder }, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill('SIGKILL'))
  const [status] = await once(child, 'exit')
  rmdirSync(folder)
  process.exit(status ?? 1)
}
