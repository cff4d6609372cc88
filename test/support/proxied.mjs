// A server behind a proxy: `proxied.mjs PORT NAME` answers every request with a JSON of what reached it, echoes what comes
// over a WebSocket, and takes its time where the path says so: /slow/MILLISECONDS. The query says what else it answers:
// status=NUMBER, header=NAME:VALUE (several), cookie=BYTES; events=SECONDS: an event at once, and one after that time.
// PORT may be the path of a socket.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'

const [port = '0', name = 'backend'] = process.argv.slice(2)

const server = createServer((request, response) => {
  let size = 0
  request.on('data', chunk => {
    size += chunk.length
  })
  request.on('end', () => {
    const delay = /^\/slow\/(\d+)/.exec(request.url ?? '')?.[1] ?? '0'
    const { url, method, headers } = request
    const query = new URL(url ?? '/', 'http://self').searchParams
    response.statusCode = Number(query.get('status') ?? 200)
    response.setHeader('Content-Type', 'application/json')
    for (const text of query.getAll('header')) response.appendHeader(...splitHeader(text))
    if (query.has('cookie')) response.appendHeader('Set-Cookie', `big=${'x'.repeat(Number(query.get('cookie')))}`)
    if (query.has('events')) {
      response.setHeader('Content-Type', 'text/event-stream')
      response.write('data: first\n\n')
      setTimeout(() => response.end('data: last\n\n'), Number(query.get('events')) * 1000)
      return
    }
    setTimeout(() => response.end(JSON.stringify({ name, url, method, size, headers })), Number(delay))
  })
})

/** @returns name and value */
function splitHeader(text) {
  const colon = text.indexOf(':')
  return [text.slice(0, colon), text.slice(colon + 1)]
}

/** RFC 6455: the handshake, then every short frame comes back unmasked. */
server.on('upgrade', (request, socket) => {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
  const accept = createHash('sha1').update(key).digest('base64')
  socket.on('error', () => socket.destroy())
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  socket.on('data', frame => {
    const length = (frame[1] ?? 0) & 0x7f
    const mask = frame.subarray(2, 6)
    const text = frame.subarray(6, 6 + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0))
    socket.write(Buffer.concat([Buffer.from([0x81, length]), text]))
  })
})

server.listen(port.startsWith('/') ? { path: port } : { port: Number(port), host: '127.0.0.1' })
