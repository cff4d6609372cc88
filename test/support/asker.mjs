// Prints what `whoami.mjs` answers, or "nothing" when no answer comes in time, or "refused": `asker.mjs tcp|udp ADDRESS PORT
// MILLISECONDS`.
import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'

const [protocol, host = '', port, patience] = process.argv.slice(2)
const end = text => {
  process.stdout.write(text)
  process.exit(0)
}
setTimeout(() => end('nothing'), Number(patience))
if (protocol === 'udp') {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  const send = () => socket.send('?', Number(port), host)
  socket.on('message', text => end(String(text).trim()))
  socket.on('error', () => end('refused'))
  send()
  // Once more, as the kernel does for TCP: the first packet may be lost while a neighbour is found.
  setTimeout(send, 1000)
} else {
  let text = ''
  const socket = connect(Number(port), host)
  socket.on('data', chunk => {
    text += chunk
    // A daemon that waits for its turn afterwards, such as sshd, does not end.
    if (text.includes('\n')) end(text.trim())
  })
  socket.on('end', () => end(text.trim()))
  socket.on('error', error => end(error.code === 'ECONNREFUSED' ? 'refused' : 'nothing'))
}
