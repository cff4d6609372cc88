// Asks `whoami.mjs` from many addresses at once. Input: a JSON list of { from, to, port, protocol }; output: for each, whether it
// answered. What is refused has to be told so: nothing else ends a question but the patience of ten seconds.
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { connect, isIPv6 } from 'node:net'

const PATIENCE_MS = 10_000
const AT_ONCE = 32

function byTcp({ from, to, port }) {
  return new Promise(resolve => {
    const socket = connect({ host: to, port, localAddress: from })
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('nothing')))
    socket.on('data', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
  })
}

function byUdp({ from, to, port }) {
  return new Promise(resolve => {
    const socket = createSocket(isIPv6(to) ? 'udp6' : 'udp4')
    const end = answered => {
      clearTimeout(patience)
      resolve(answered)
      socket.close()
    }
    const patience = setTimeout(() => end(false), PATIENCE_MS)
    socket.on('message', () => end(true))
    socket.on('error', () => end(false))
    // A connected socket is told that a port is closed.
    socket.bind(0, from, () => socket.connect(port, to, () => socket.send('?')))
  })
}

const probes = JSON.parse(readFileSync(0, 'utf8'))
const answers = []
const waiting = probes.entries()
const worker = async () => {
  for (const [index, probe] of waiting) answers[index] = await (probe.protocol === 'udp' ? byUdp : byTcp)(probe)
}
await Promise.all(Array.from({ length: AT_ONCE }, worker))
process.stdout.write(JSON.stringify(answers))
process.exit(0)
