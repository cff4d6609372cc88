import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { BIN, type Outcome, words } from '../support/sandbox.ts'
import { newPair } from './lasso.ts'

/** A server with HTTPS whose certificate this machine trusts: in a namespace of its own, with another /etc. */
export class TlsSite {
  readonly origin: string
  readonly #server: Server
  /** What it answers. */
  handle: (asked: IncomingMessage, answer: ServerResponse) => void = (_, answer) => answer.end()

  private constructor(port: number) {
    this.origin = `https://localhost:${port}`
    const { key, certificate } = newPair('localhost')
    appendFileSync('/etc/ssl/certs/ca-certificates.crt', certificate)
    this.#server = createServer({ key, cert: certificate }, (asked, answer) => this.handle(asked, answer))
  }

  static async start(port: number): Promise<TlsSite> {
    const site = new TlsSite(port)
    site.#server.listen(port, '127.0.0.1')
    await once(site.#server, 'listening')
    return site
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

/** Runs a command to its end, while the servers of this process answer it. */
export async function runBeside(line: string, input = ''): Promise<Outcome> {
  const [program = '', ...args] = words(line)
  const child = spawn(join(BIN, program), args, { stdio: 'pipe' })
  child.stdin.end(input)
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { status, stdout, stderr }
}
