// Which names have to show the certificate: a TLS server in this process shows it for one of them alone.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createSecureContext, createServer } from 'node:tls'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configuration, domain, host, Server } from '../services/server.ts'
import { TestAuthority } from '../support/authority.ts'
import { needsCommands } from '../support/packages.ts'
import { BIN } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const served = suite('names that are asked')
const CERTIFIED = ['example.org', 'alias.example.org', 'plain.example.org', 'shop.example.org']

testIf(
  served,
  needsCommands('openssl'),
  'none of a proxy that has a certificate of its own, or none at all',
  async () => {
    const own = host({ letsencryptSSLcert: 'enabled' })
    const server = new Server({
      configuration: configuration({
        letsencrypt: ['service', { status: 'enabled', ProductionCA: 'https://127.0.0.1:1/dir', servers: 'none' }],
      }),
      domains: { 'example.org': domain({ letsencryptSSLcert: 'enabled' }) },
      hosts: { 'alias.example.org': own, 'plain.example.org': own, 'shop.example.org': own },
      proxies: {
        'shop.example.org': [
          'proxy',
          {
            Upstreams: 'http://127.0.0.1:1',
            Certificate: 'own',
            Aliases: 'Alias.example.org',
            crt: '/a/b',
            key: '/a/c',
          },
        ],
        'plain.example.org': ['proxy', { Upstreams: 'http://127.0.0.1:1', Certificate: 'none' }],
      },
    })
    server.must('signal-event post-install')
    const authority = new TestAuthority(server.path('/authority'))
    const context = (names: readonly string[], folder: string) => {
      authority.issue(names, folder)
      const text = (kind: string) => readFileSync(join(folder, `${kind}.pem`), 'utf8')
      return { cert: text('fullchain'), key: text('privkey') }
    }
    const history = server.path('/var/lib/gabarit/letsencrypt/127.0.0.1_1/certificates/example.org/100')
    const right = createSecureContext(context(CERTIFIED, history))
    const asked = new Set<string>()
    const daemon = createServer({
      ...context(['other.example'], server.path('/other')),
      SNICallback: (name, done) => {
        asked.add(name)
        done(null, name === 'example.org' ? right : undefined)
      },
    })
    await new Promise<void>(resolve => daemon.listen(0, '127.0.0.1', resolve))
    const { port } = daemon.address() as AddressInfo
    server.must(`config setprop letsencrypt servers 127.0.0.1:${port}`)

    const env = {
      ...process.env,
      PATH: `${BIN}:${process.env.PATH}`,
      GABARIT_ROOT: server.root,
      GABARIT_SERVICE_MANAGER: 'none',
    }
    const child = spawn('gabarit', ['letsencrypt', 'renew'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', data => {
        text += data
      })
    const status = await new Promise(resolve => child.once('close', resolve))
    await new Promise(resolve => daemon.close(resolve))
    assert.is(status, 0, text)
    assert.match(text, `served: 1 name checked at 127.0.0.1:${port}`)
    assert.equal([...asked], ['example.org'])
    server.remove()
  },
)

served.run()
