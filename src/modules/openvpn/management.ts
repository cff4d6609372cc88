import { EventEmitter, once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Failure, hasCode, messageOf } from '../../base/failure.ts'
import { readText } from '../../system/read-files.ts'
import type { VpnServer } from './servers.ts'

/** Time limit for each answer in milliseconds. */
const PATIENCE = 5000

/** The server is not running: nothing listens where its management interface should be. */
export class NotRunning extends Failure {}

/**
 * The management interface of an OpenVPN server (management-notes.txt of OpenVPN 2.6): lines of text, one client at a time.
 * Every answer has a time limit. Unsolicited messages of the server (lines that begin with `>`) are ignored.
 */
export class Management {
  readonly #name: string
  readonly #socket: Socket
  readonly #lines: string[] = []
  #rest = ''
  #ended: string | undefined
  /** Emits `news` for new lines, and at the end. */
  readonly #events = new EventEmitter()

  private constructor(name: string, socket: Socket) {
    this.#name = name
    this.#socket = socket
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      const lines = (this.#rest + text).split(/\r?\n/)
      this.#rest = lines.pop() ?? ''
      this.#lines.push(...lines)
      this.#events.emit('news')
    })
    const end = (why: string) => {
      this.#ended ??= why
      this.#events.emit('news')
    }
    socket.on('error', error => end(messageOf(error)))
    socket.on('close', () => end('it closed the connection'))
  }

  /**
   * Connects, sends the password if there is one, and waits for the greeting.
   * @throws NotRunning if nothing listens there
   * @throws Failure if it refuses the password, does not answer in time, or somebody else uses the interface
   */
  static async open({ name, management }: VpnServer): Promise<Management> {
    const socket = await connected(name, management)
    const client = new Management(name, socket)
    try {
      if ('port' in management) await client.#login(management.passwordFile)
      await client.#next(line => line.startsWith('>INFO:'), {
        hint: 'Only one program at a time can use the management interface.',
      })
      return client
    } catch (error) {
      client.close()
      throw error
    }
  }

  /**
   * Sends a command and returns its answer: one line, or the lines before `END`.
   * @throws Failure for `ERROR:`, or if no answer comes in time
   */
  async ask(command: string, shape: 'line' | 'list'): Promise<string[]> {
    if (/[\r\n\0]/.test(command)) throw new TypeError('a command of the management interface is one line')
    this.#socket.write(`${command}\n`)
    const answer: string[] = []
    await this.#next(line => {
      if (line.startsWith('>')) return false
      if (line.startsWith('ERROR:')) throw this.#failure(`${command}: ${line.slice('ERROR:'.length).trim()}`)
      if (shape === 'list' && line === 'END') return true
      answer.push(line)
      return shape === 'line'
    })
    return answer
  }

  close(): void {
    this.#socket.destroy()
  }

  /** The prompt for the password has no line end. */
  async #login(file: string): Promise<void> {
    await this.#until(() => this.#rest.includes('ENTER PASSWORD:'))
    this.#rest = this.#rest.replace('ENTER PASSWORD:', '')
    this.#socket.write(`${readText(file).split('\n', 1)[0]}\n`)
    await this.#next(line => {
      if (line.includes('ERROR:')) throw this.#failure(`it refuses the password in ${file}`)
      return line.includes('SUCCESS:')
    })
  }

  /** Reads lines until the last one of an answer. */
  async #next(isLast: (line: string) => boolean, options: { hint?: string } = {}): Promise<void> {
    await this.#until(() => {
      for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) if (isLast(line)) return true
      return false
    }, options)
  }

  async #until(isDone: () => boolean, { hint }: { hint?: string } = {}): Promise<void> {
    const signal = AbortSignal.timeout(PATIENCE)
    while (!isDone()) {
      if (this.#ended !== undefined) throw this.#failure(this.#ended)
      await once(this.#events, 'news', { signal }).catch(() => {
        throw this.#failure(`it did not answer within ${PATIENCE / 1000} s`, hint)
      })
    }
  }

  #failure(message: string, hint?: string): Failure {
    return new Failure(`management interface of ${this.#name}: ${message}`, { hint })
  }
}

async function connected(name: string, where: VpnServer['management']): Promise<Socket> {
  const socket = 'socket' in where ? connect(where.socket) : connect(where.port, '127.0.0.1')
  const place = 'socket' in where ? where.socket : `127.0.0.1:${where.port}`
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(PATIENCE) })
    return socket
  } catch (error) {
    socket.destroy()
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ECONNREFUSED'))
      throw new NotRunning(`${name} is not running: nothing listens on ${place}`)
    if (hasCode(error, 'EACCES')) throw new Failure(`${place} can only be opened by root`)
    const why = hasCode(error, 'ABORT_ERR') ? `no connection to ${place} within ${PATIENCE / 1000} s` : messageOf(error)
    throw new Failure(`management interface of ${name}: ${why}`)
  }
}
