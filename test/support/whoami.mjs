// Answers every connection, IPv4 and IPv6, with the address it comes from, as the other side of a packet filter sees it:
// `whoami.mjs PORT...`. A port behind `u` is one of UDP.
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

const plain = address => `${address.replace(/^::ffff:/, '')}\n`

for (const word of process.argv.slice(2)) {
  if (word.startsWith('u')) {
    const socket = createSocket({ type: 'udp6', ipv6Only: false })
    socket.on('message', (_, { address, port }) => socket.send(plain(address), port, address))
    socket.bind(Number(word.slice(1)))
  } else
    createServer(socket => {
      socket.on('error', () => {})
      socket.end(plain(socket.remoteAddress ?? ''))
    }).listen(Number(word), '::')
}
