// gRPC through the real nginx: a call with its body and its trailers. As root, in private namespaces, on `/`.
import { connect, createServer, type Http2Server } from 'node:http2'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Front } from '../support/front.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { must, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'

const reason = needsCommands('apache2', 'nginx', 'curl', 's6-svscan') ?? enterNamespace('grpc')
const grpc = suite('gRPC')
const step = stepsOf(grpc, reason)
const front = new Front()
const NAME = 'api.example.com'
let backend: Http2Server

grpc.after(async () => {
  await front.stop()
  backend?.close()
})

/** Calls a method as a client of gRPC does: the status is in the trailers, after the body. */
function call(path: string): Promise<{ readonly body: string; readonly status: unknown; readonly seen: string }> {
  return new Promise((resolve, reject) => {
    const session = connect('https://127.0.0.1', { servername: NAME, rejectUnauthorized: false })
    session.on('error', reject)
    const headers = {
      ':method': 'POST',
      ':path': path,
      ':authority': NAME,
      'content-type': 'application/grpc',
      te: 'trailers',
    }
    const stream = session.request(headers)
    let [body, seen, status]: [string, string, unknown] = ['', '', undefined]
    stream.on('response', answer => {
      seen = String(answer['x-seen'])
    })
    stream.on('trailers', trailers => {
      status = trailers['grpc-status']
    })
    stream.on('error', reject)
    stream.setEncoding('utf8').on('data', chunk => {
      body += chunk
    })
    stream.on('end', () => {
      session.close()
      resolve({ body, status, seen })
    })
    stream.end('a request')
  })
}

step('a server of gRPC is set up behind a name', async () => {
  await front.start({})
  backend = createServer()
  backend.on('stream', (stream, headers) => {
    const seen = `${headers[':path']} ${headers[':authority'] ?? headers.host} ${headers['x-forwarded-proto']}`
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'x-seen': seen }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '7' }))
    let asked = ''
    stream.setEncoding('utf8').on('data', chunk => {
      asked += chunk
    })
    stream.on('end', () => stream.end(`answer to ${asked}`))
  })
  await new Promise<void>(resolve => backend.listen(50_051, '127.0.0.1', resolve))
  front.record(NAME, 'proxy', { Upstreams: 'grpc://127.0.0.1:50051' })
  front.apply()
})

step('a call gets its body, its trailers and what the server is told about the visitor', async () => {
  assert.equal(await call('/shop.Orders/List'), {
    body: 'answer to a request',
    status: '7',
    seen: `/shop.Orders/List ${NAME} https`,
  })
})

step(
  'a path may be gRPC while the rest is not; a name of a server that is gone does not keep the others away',
  async () => {
    front.record('orders', 'location', { Path: '/shop.Orders', Upstreams: 'grpc://127.0.0.1:50051' })
    front.record(NAME, 'proxy', { Upstreams: 'http://127.0.0.1:1', Locations: 'orders' })
    front.apply()
    assert.is((await call('/shop.Orders/List')).status, '7')
    assert.is(front.visit(`https://${NAME}/`).status, 502)
  },
)

step('what gRPC cannot do is refused', () => {
  front.record(NAME, 'proxy', { Upstreams: 'grpc://127.0.0.1:50051,http://127.0.0.1:1' })
  front.refused(/api.example.com: its servers must all use the same of http, https, grpc and grpcs/)
  front.record(NAME, 'proxy', { Upstreams: 'grpc://127.0.0.1:50051', UpstreamPath: '/v2/' })
  front.refused(/gRPC needs the path as it is: db proxies delprop api.example.com UpstreamPath/)
  front.record(NAME, 'proxy', { Upstreams: 'grpc://127.0.0.1:50051', Certificate: 'none' })
  front.refused(/gRPC needs HTTPS and HTTP2/)
  front.record(NAME, 'proxy', { Upstreams: 'grpc://127.0.0.1:50051', Login: 'sso' })
  front.refused(/api.example.com: programs that speak gRPC cannot log in/)
  must(words('config set WebFrontend httpd'))
  front.record(NAME, 'proxy', { Upstreams: 'grpc://127.0.0.1:50051' })
  front.refused(/gRPC needs nginx in front/)
})

grpc.run()
