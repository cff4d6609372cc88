import { createAdaptorServer } from '@hono/node-server'
import { Client } from '../client.ts'
import { consoleApp } from './app.ts'

/**
 * Serves the pages, until it is killed.
 * @param helper the socket of the helper
 * @param path our own socket. None that systemd passes: Bun's HTTP server opens a port instead, without a word.
 */
export function serveConsole(helper: string, path: string): Promise<void> {
  const server = createAdaptorServer({ fetch: consoleApp(new Client(helper)).fetch })
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.on('close', () => resolve())
    server.listen({ path })
  })
}
