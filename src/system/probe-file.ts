import { randomBytes } from 'node:crypto'
import { chmodSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Files older than this were left by a killed process, in milliseconds. */
const LEFT_BEHIND = 3600 * 1000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Creates a file that everybody can read while something runs. Another program has to see it, so a dry run creates it, too. It is
 * always removed, even if the process is interrupted; leftovers of a killed process are removed by the next one.
 * @param prefix of its name; the rest is random
 * @throws Error of the file system
 */
export async function withProbeFile<Result>(
  folder: string,
  prefix: string,
  content: string,
  run: (name: string) => Promise<Result>,
): Promise<Result> {
  removeLeftBehind(folder, prefix)
  const name = `${prefix}${randomBytes(24).toString('base64url')}`
  const file = join(folder, name)
  const stop = (signal: NodeJS.Signals) => {
    remove()
    process.kill(process.pid, signal)
  }
  const remove = () => {
    rmSync(file, { force: true })
    for (const signal of SIGNALS) process.off(signal, stop)
  }
  for (const signal of SIGNALS) process.once(signal, stop)
  try {
    writeFileSync(file, content, { flag: 'wx' })
    // Readable by everybody, whatever the umask.
    chmodSync(file, 0o644)
    return await run(name)
  } finally {
    remove()
  }
}

function removeLeftBehind(folder: string, prefix: string): void {
  for (const name of readdirSync(folder).filter(name => name.startsWith(prefix))) {
    const file = join(folder, name)
    const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (made < Date.now() - LEFT_BEHIND) rmSync(file, { force: true })
  }
}
