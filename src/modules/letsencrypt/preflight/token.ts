import { randomBytes } from 'node:crypto'
import { closeSync, fchmodSync, openSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Token } from './fetch.ts'

/** Distinguishes it from an authority's tokens, which can begin with anything; uses the characters of a real one. */
const PREFIX = 'gabarit-check-'
/** Files older than this were left by a killed check, in milliseconds. */
const LEFT_BEHIND = 3600 * 1000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Writes a random token to the folder of the challenge responses while something runs. It is always removed, even if the process
 * is interrupted. If it is killed, the next check removes the leftovers.
 * @throws Error of the file system
 */
export async function withToken<Result>(folder: string, run: (token: Token) => Promise<Result>): Promise<Result> {
  removeLeftBehind(folder)
  const token = {
    name: `${PREFIX}${randomBytes(24).toString('base64url')}`,
    content: randomBytes(32).toString('base64url'),
  }
  const file = join(folder, token.name)
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
    write(file, token.content)
    return await run(token)
  } finally {
    remove()
  }
}

/** Readable by the web server, whatever the umask. */
function write(file: string, content: string): void {
  const descriptor = openSync(file, 'wx', 0o644)
  try {
    fchmodSync(descriptor, 0o644)
    writeFileSync(descriptor, content)
  } finally {
    closeSync(descriptor)
  }
}

function removeLeftBehind(folder: string): void {
  for (const name of readdirSync(folder).filter(name => name.startsWith(PREFIX))) {
    const file = join(folder, name)
    const made = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (made < Date.now() - LEFT_BEHIND) rmSync(file, { force: true })
  }
}
