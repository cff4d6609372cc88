import { once } from 'node:events'
import { connect, type NetConnectOpts } from 'node:net'

/** How long it may take to connect, in milliseconds. */
const LIMIT = 2000

/** Whether somebody takes connections at an address. */
export async function answers(where: NetConnectOpts): Promise<boolean> {
  const socket = connect(where)
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(LIMIT) })
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
