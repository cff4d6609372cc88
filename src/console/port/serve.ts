import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { BASE } from '../web/base.ts'
import { comesFrom } from './networks.ts'

/** Where the own port of the console is, and what it needs. */
export interface OwnPort {
  readonly port: number
  /** The certificate, then those that lead to its authority, and somewhere its key. */
  readonly pem: string
  /** Who may come in: networks, comma-separated. */
  readonly networks: string
  /** The socket of the pages. */
  readonly pages: string
}

/** What the pages get of a request. Everything else, such as an address that a visitor claims, stays here. */
const PASSED = ['host', 'cookie', 'origin', 'content-type', 'content-length', 'accept-language', 'last-event-id']

/** Connections at once: a browser has a few, and one for each run that it follows. */
const MOST_CONNECTIONS = 64

/**
 * Brings browsers of local networks to the pages, without Apache or nginx: the way in when these are broken. It ends when it
 * is killed.
 */
export function serveOwnPort({ port, pem, networks, pages }: OwnPort): Promise<void> {
  const isLocal = comesFrom(networks)
  const server = createServer({ cert: pem, key: pem }, (asked, answer) => {
    const address = asked.socket.remoteAddress
    if (!isLocal(address)) refuse(answer, 403, 'The console is for the local networks.')
    else if (asked.url === '/') answer.writeHead(303, { location: `${BASE}/` }).end()
    else if (!/^\/server-manager(?=[/?]|$)/.test(asked.url ?? '')) refuse(answer, 404, 'There is nothing here.')
    else pass(asked, answer, address, pages)
  })
  server.maxConnections = MOST_CONNECTIONS
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.on('close', () => resolve())
    server.listen({ port, host: '::' })
  })
}

function pass(asked: IncomingMessage, answer: ServerResponse, address: string | undefined, pages: string): void {
  const passed = PASSED.flatMap(name =>
    asked.headers[name] === undefined ? [] : ([[name, asked.headers[name]]] as const),
  )
  const headers = {
    ...Object.fromEntries(passed),
    'x-forwarded-for': address?.replace(/^::ffff:/, ''),
    'x-forwarded-proto': 'https',
  }
  const sent = request({ socketPath: pages, method: asked.method, path: asked.url, headers }, got => {
    answer.writeHead(got.statusCode ?? 502, got.headers)
    got.pipe(answer)
  })
  sent.on('error', () =>
    answer.headersSent ? answer.destroy() : refuse(answer, 502, 'The pages of the console do not run.'),
  )
  // Whoever goes away follows no run any more.
  answer.on('close', () => sent.destroy())
  asked.pipe(sent)
}

function refuse(answer: ServerResponse, status: number, text: string): void {
  answer.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}
