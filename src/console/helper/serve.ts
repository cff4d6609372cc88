import { createServer, type Socket } from 'node:net'
import { messageOf } from '../../base/failure.ts'
import { asRequest, frame, frames, LARGEST_REQUEST } from '../protocol.ts'
import type { Helper } from './helper.ts'
import type { Runs } from './runs.ts'

/** Connections at once: the pages need a few for each request, and one for each run that is followed. */
const MOST_CONNECTIONS = 64

/**
 * Answers requests until nobody has asked for a while. Till then it remembers the plans that were shown, and who has to wait after
 * wrong passwords. Its socket starts it again.
 * @param where the socket, or the descriptor of one that is listened to already (sd_listen_fds(3))
 * @param patience how long nobody asks before it ends, in milliseconds; undefined: it never ends by itself
 * @param listening called when requests can come
 */
export function serveHelper(
  helper: Helper,
  runs: Runs,
  where: { readonly path: string } | { readonly fd: number },
  patience: number | undefined,
  listening: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let idle: NodeJS.Timeout | undefined
    const wait = () => {
      clearTimeout(idle)
      if (patience === undefined) return
      idle = setTimeout(() => {
        if (runs.busy) return wait()
        server.close()
      }, patience)
    }
    const server = createServer(socket => {
      wait()
      void talk(socket, helper)
    })
    server.maxConnections = MOST_CONNECTIONS
    server.on('error', reject)
    server.on('close', () => resolve())
    server.listen(where, () => {
      listening()
      wait()
    })
  })
}

/** One connection: requests, one after the other, each with its answers. */
async function talk(socket: Socket, helper: Helper): Promise<void> {
  // Whoever goes away does not want the answer any more.
  socket.on('error', () => undefined)
  const send = (value: unknown) => new Promise<void>(sent => socket.write(frame(value), () => sent()))
  try {
    // One who does not read the answers gets no more of them.
    for await (const data of frames(socket, LARGEST_REQUEST))
      await send(await helper.answer(asRequest(data), send, () => socket.destroyed))
    socket.end()
  } catch (error) {
    socket.end(frame({ kind: 'refused', why: 'forbidden', message: messageOf(error) }))
  }
}
