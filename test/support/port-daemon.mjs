// A small daemon for the tests of going back: answers on the port that its configuration file names, and reads it again on
// SIGHUP. It ends when it cannot have the port; with the word "hang" it stays, and answers no more. With "stubborn" it does not
// end on SIGTERM; with "deaf" it answers no more instead, and ends the second time.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const [, , file = ''] = process.argv
let server
let mode = ''

function read() {
  const text = readFileSync(file, 'utf8')
  const port = Number(/port (\d+)/.exec(text)?.[1])
  mode = /mode (\w+)/.exec(text)?.[1]
  const former = server
  server = undefined
  const listen = () => {
    if (/hang/.test(text)) return
    server = createServer(socket => socket.on('error', () => undefined).end(text))
    server.on('error', () => process.exit(1))
    server.listen(port, '127.0.0.1')
  }
  former?.close()
  // The port is free a moment later.
  setTimeout(listen, former === undefined ? 0 : 50)
}

function end() {
  if (mode === 'stubborn') return
  if (mode !== 'deaf' || server === undefined) process.exit(0)
  server.close()
  server = undefined
}

process.on('SIGHUP', read)
process.on('SIGTERM', end)
setInterval(() => {}, 60_000)
read()
