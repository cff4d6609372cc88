import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Where syslog and the journal listen (syslog(3), systemd-journald.socket(8)). */
const SOCKET = '/dev/log'

/** The syslog severities we use (RFC 5424, 6.2.1). */
const SEVERITY = { error: 3, warning: 4, info: 6 } as const

/** The facility for system daemons, times eight. */
const DAEMON = 3 * 8

/** How long to wait for the log to accept the last lines, in milliseconds. A hanging log must not block a command. */
const PATIENCE = 5000

/** Sends lines to this machine's journal or syslog as they come. If neither is there, they are dropped. */
export class LogStream {
  readonly #tag: string
  #logger: ChildProcess | undefined
  #failed = false

  /** @param tag the program's name in the log */
  constructor(tag: string) {
    this.#tag = tag
  }

  /** Whether something has been written. */
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
      // Ctrl-C or a closed terminal ends the whole process group, but there is still something to log.
      detached: true,
    })
    // Without the program or a listening log, nothing is logged: an event must not fail because of that.
    const fail = () => {
      this.#failed = true
      logger.emit('close')
    }
    logger.once('error', fail).stdin?.once('error', fail)
    return logger
  }
}
