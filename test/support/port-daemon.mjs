// A small daemon for the tests of going back: answers on the port that its configuration file names, and reads it again on
// SIGHUP. It ends when it cannot have the port; with the word "hang" it stays, and answers no more.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const [, , file = ''] = process.argv
let server

function read() {
  const text = readFileSync(file, 'utf8')
  const port = Number(/port (\d+)/.exec(text)?.[1])
  server?.close()
  if (/hang/.test(text)) return
  server = createServer(socket => socket.end(text))
  server.on('error', () => process.exit(1))
  server.listen(port, '127.0.0.1')
}

process.on('SIGHUP', read)
setInterval(() => {}, 60_000)
read()
