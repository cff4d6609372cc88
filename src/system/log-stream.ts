import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Where syslog and the journal listen (syslog(3), systemd-journald.socket(8)). */
const SOCKET = '/dev/log'

/** Severities of syslog that we use (RFC 5424, 6.2.1). */
const SEVERITY = { error: 3, warning: 4, info: 6 } as const

/** The facility of system daemons, times eight. */
const DAEMON = 3 * 8

/** Time in milliseconds that the log gets to take the last lines: one that hangs must not hold a command up. */
const PATIENCE = 5000

/** Lines to the journal or syslog of this machine, as they come; where neither listens, nowhere. */
export class LogStream {
  readonly #tag: string
  #logger: ChildProcess | undefined
  #failed = false

  /** @param tag the program's name in the log */
  constructor(tag: string) {
    this.#tag = tag
  }

  /** Something has been written. */
  get isOpen(): boolean {
    return this.#logger !== undefined
  }

  write(level: keyof typeof SEVERITY, text: string): void {
    if (this.#failed || (this.#logger === undefined && !existsSync(SOCKET))) return
    this.#logger ??= this.#start()
    for (const line of text.split('\n')) this.#logger.stdin?.write(`<${DAEMON + SEVERITY[level]}>${line}\n`)
  }

  /** Resolves when everything has been handed over. */
  async close(): Promise<void> {
    const logger = this.#logger
    if (logger === undefined || this.#failed || logger.exitCode !== null || logger.signalCode !== null) return
    const limit = setTimeout(() => logger.kill('SIGKILL'), PATIENCE)
    await new Promise(resolve => logger.once('close', resolve).stdin?.end())
    clearTimeout(limit)
  }

  #start(): ChildProcess {
    const logger = spawn('logger', ['--tag', this.#tag, `--id=${process.pid}`, '--prio-prefix'], {
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
      // Ctrl-C, or a terminal that is closed, ends its whole process group, and there is still something to be logged.
      detached: true,
    })
    // Without the program, or with nobody who listens, there is no log: an event must not fail because of it.
    const fail = () => {
      this.#failed = true
      logger.emit('close')
    }
    logger.once('error', fail).stdin?.once('error', fail)
    return logger
  }
}
