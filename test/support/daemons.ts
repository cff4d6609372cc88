import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitFor } from './wait.ts'

interface Daemon {
  readonly name: string
  readonly child: ChildProcess
}

/** The daemons of one test file: started in order, stopped in the opposite order, and none outlives the file. */
export class Daemons {
  readonly #running: Daemon[] = []
  readonly #logs = mkdtempSync(join(tmpdir(), 'gabarit-daemons-'))

  constructor() {
    process.on('exit', () => {
      for (const { child } of this.#running) child.kill('SIGKILL')
      rmSync(this.#logs, { recursive: true, force: true })
    })
  }

  /** Starts a daemon in the foreground and waits until it answers. */
  async start(
    name: string,
    command: readonly string[],
    answers: () => unknown,
    env: Readonly<Record<string, string>> = {},
  ): Promise<ChildProcess> {
    const [program = '', ...args] = command
    // Into a file: a pipe would fill up, and stop the daemon, while this process waits for a command.
    const log = openSync(this.#logOf(name), 'w')
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', log, log] })
    closeSync(log)
    this.#running.push({ name, child })
    const failed = new Promise<never>((_, reject) => {
      child.once('error', reject)
      child.once('exit', status =>
        reject(new Error(`${name} ended (${status}) before it answered:\n${this.output(name)}`)),
      )
    })
    const ready = waitFor(`${name} to answer`, async () => (await answers()) !== false)
    // The one that comes second has nobody to tell: an end after the first answer is no error.
    failed.catch(() => {})
    ready.catch(() => {})
    await Promise.race([ready, failed])
    return child
  }

  /** What a daemon has said since its last start. */
  output(name: string): string {
    return readFileSync(this.#logOf(name), 'utf8')
  }

  /** Stops all, the last one first; one that does not obey is killed. */
  async stopAll(): Promise<void> {
    for (const { child } of this.#running.splice(0).reverse()) await stop(child)
  }

  #logOf(name: string): string {
    return join(this.#logs, `${name}.log`)
  }
}

/** Ends one process that we started, by its own pid. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const impatience = setTimeout(() => child.kill('SIGKILL'), 5000)
  const ended = new Promise(resolve => child.once('exit', resolve))
  child.kill(signal)
  await ended
  clearTimeout(impatience)
}
