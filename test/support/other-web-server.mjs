// The web server of a machine that a name should not lead to. Under the names that begin with "moved" it sends its visitors
// to https://www.example.org, as sites do that are on HTTPS by force. What lies in the folder of its first argument, it serves.
import { readFile } from 'node:fs'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'

createServer(({ url, headers }, response) => {
  if (headers.host?.startsWith('moved')) {
    response.writeHead(301, { Location: `https://www.example.org${url}` }).end()
    return
  }
  readFile(join(process.argv[2], basename(url)), (error, content) => {
    response.writeHead(error === null ? 200 : 404).end(content)
  })
}).listen(80, '::')
