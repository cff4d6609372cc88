// A stand-in for an application behind the web server: `backend.mjs PORT NAME` answers every request with its name, the
// path that was asked and the name of the host it was asked for; a path that starts with /slow takes two seconds.
import { createServer } from 'node:http'

const [port = '0', name = 'backend'] = process.argv.slice(2)
createServer((request, response) => {
  response.setHeader('Content-Type', 'text/plain')
  const answer = () => response.end(`${name} ${request.url} for ${request.headers.host}\n`)
  setTimeout(answer, request.url?.startsWith('/slow') ? 2000 : 0)
}).listen(Number(port), '127.0.0.1')
