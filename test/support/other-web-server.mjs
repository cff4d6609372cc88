// The web server of a machine that a name should not lead to. Under the names that begin with "moved" it sends its visitors
// to https://www.example.org, as sites do that are on HTTPS by force.
import { createServer } from 'node:http'

createServer(({ url, headers }, response) => {
  const moved = headers.host?.startsWith('moved')
  response.writeHead(moved ? 301 : 404, moved ? { Location: `https://www.example.org${url}` } : {})
  response.end('not here\n')
}).listen(80, '::')
