import { createAdaptorServer } from '@hono/node-server'
import { Client } from '../client.ts'
import { consoleApp } from './app.ts'

/**
 * Serves the pages, until it is killed.
 * @param helper the socket of the helper
 * @param where our own socket, or the descriptor of one that is listened to already (sd_listen_fds(3))
 */
export function serveConsole(
  helper: string,
  where: { readonly path: string } | { readonly fd: number },
): Promise<void> {
  const server = createAdaptorServer({ fetch: consoleApp(new Client(helper)).fetch })
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.on('close', () => resolve())
    server.listen(where)
  })
}
