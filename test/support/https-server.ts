import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { makePebbleCertificate } from './pebble.ts'

/** An HTTPS server in this process, on a free port of 127.0.0.1. */
export interface HttpsServer {
  readonly url: string
  /** File of the certificate to trust. */
  readonly certificate: string
  readonly close: () => Promise<void>
}

/**
 * Starts one with a self-signed certificate in a folder.
 * @param make makes the certificate, and its key in `pebble.key` beside it
 */
export async function startHttps(
  folder: string,
  answer: RequestListener,
  make = makePebbleCertificate,
): Promise<HttpsServer> {
  const certificate = make(folder)
  const files = { cert: readFileSync(certificate), key: readFileSync(join(folder, 'pebble.key')) }
  const server: Server = createServer(files, answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>(resolve => server.close(() => resolve()))
  }
  return { url: `https://127.0.0.1:${port}`, certificate, close }
}
