import { request } from 'node:https'
import type { Duplex } from 'node:stream'

/**
 * Opens a WebSocket (RFC 6455).
 * @param address the machine that is asked, whatever the name says
 */
export function openWebSocket(
  name: string,
  path: string,
  more: Readonly<Record<string, string>> = {},
  address = '127.0.0.1',
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const headers = {
      Host: name,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': Buffer.from('0123456789abcdef').toString('base64'),
      ...more,
    }
    const asked = request({
      host: address,
      servername: name,
      path,
      headers,
      rejectUnauthorized: false,
      timeout: 15_000,
    })
    asked.on('error', reject)
    asked.on('timeout', () => asked.destroy(new Error('no answer')))
    asked.on('response', response => reject(new Error(`no upgrade: status ${response.statusCode}`)))
    asked.on('upgrade', (_response, socket) => resolve(socket))
    asked.end()
  })
}

/** Sends one short text, and gives what comes back. */
export function sendText(socket: Duplex, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('data', (frame: Buffer) => {
      socket.off('error', reject)
      resolve(frame.subarray(2, 2 + ((frame[1] ?? 0) & 0x7f)).toString())
    })
    const mask = Buffer.from([1, 2, 3, 4])
    const masked = Buffer.from(text).map((byte, index) => byte ^ (mask[index % 4] ?? 0))
    socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length]), mask, masked]))
  })
}

/** Sends one short text over a WebSocket of its own, and gives what comes back. */
export async function echo(name: string, path: string, text: string, address?: string): Promise<string> {
  const socket = await openWebSocket(name, path, {}, address)
  const answer = await sendText(socket, text)
  socket.destroy()
  return answer
}
