import { request } from 'node:https'

/**
 * Sends one short text over a WebSocket (RFC 6455) and gives what comes back.
 * @param address the machine that is asked, whatever the name says
 */
export function echo(name: string, path: string, text: string, address = '127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      Host: name,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': Buffer.from('0123456789abcdef').toString('base64'),
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
    asked.on('upgrade', (_response, socket) => {
      socket.on('error', reject)
      socket.once('data', (frame: Buffer) => {
        socket.destroy()
        resolve(frame.subarray(2, 2 + ((frame[1] ?? 0) & 0x7f)).toString())
      })
      const mask = Buffer.from([1, 2, 3, 4])
      const masked = Buffer.from(text).map((byte, index) => byte ^ (mask[index % 4] ?? 0))
      socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length]), mask, masked]))
    })
    asked.end()
  })
}
